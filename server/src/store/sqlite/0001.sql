-- Records: identifiers, state and dates in the clear; the body is sealed, or about nobody.
CREATE TABLE record (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    tenant BLOB NOT NULL,
    bilan BLOB,
    parent BLOB,
    owner BLOB,
    state TEXT NOT NULL,
    audience INTEGER NOT NULL,
    due INTEGER,
    version INTEGER NOT NULL,
    key BLOB,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX record_by_tenant ON record (kind, tenant, id);
CREATE INDEX record_by_bilan ON record (bilan, kind, id) WHERE bilan IS NOT NULL;
CREATE INDEX record_by_parent ON record (parent, kind, id) WHERE parent IS NOT NULL;
CREATE INDEX record_by_owner ON record (owner, kind, id) WHERE owner IS NOT NULL;
CREATE INDEX record_by_state ON record (kind, state, id);
CREATE INDEX record_by_due ON record (kind, due, id) WHERE due IS NOT NULL;

CREATE TABLE access_grant (
    id BLOB NOT NULL PRIMARY KEY,
    tenant BLOB NOT NULL,
    bilan BLOB NOT NULL,
    grantee BLOB NOT NULL,
    basis TEXT NOT NULL,
    classes INTEGER NOT NULL,
    document BLOB,
    starts INTEGER NOT NULL,
    ends INTEGER,
    revoked INTEGER,
    suspended INTEGER NOT NULL,
    key BLOB,
    body BLOB NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX grant_by_bilan ON access_grant (bilan, grantee);
CREATE INDEX grant_by_grantee ON access_grant (grantee);

-- Small rows that are read together: kept in the order of their key.
CREATE TABLE answer (
    assignment BLOB NOT NULL,
    position INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (assignment, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    segment TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    entry BLOB NOT NULL,
    hash BLOB NOT NULL,
    bilan BLOB,
    PRIMARY KEY (segment, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_bilan ON audit (bilan, segment, seq) WHERE bilan IS NOT NULL;

CREATE TABLE audit_head (
    segment TEXT NOT NULL PRIMARY KEY,
    previous BLOB NOT NULL,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    closed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE chunk (
    file BLOB NOT NULL,
    seq INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (file, seq)
) STRICT;
