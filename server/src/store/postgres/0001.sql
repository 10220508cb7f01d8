-- Records: identifiers, state and dates in the clear; the body is sealed, or about nobody.
CREATE TABLE record (
    kind TEXT NOT NULL,
    id BYTEA NOT NULL,
    tenant BYTEA NOT NULL,
    bilan BYTEA,
    parent BYTEA,
    owner BYTEA,
    state TEXT NOT NULL,
    audience BIGINT NOT NULL,
    due BIGINT,
    version BIGINT NOT NULL,
    key BYTEA,
    body BYTEA NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX record_by_tenant ON record (kind, tenant, id);
CREATE INDEX record_by_bilan ON record (bilan, kind, id) WHERE bilan IS NOT NULL;
CREATE INDEX record_by_parent ON record (parent, kind, id) WHERE parent IS NOT NULL;
CREATE INDEX record_by_owner ON record (owner, kind, id) WHERE owner IS NOT NULL;
CREATE INDEX record_by_state ON record (kind, state, id);
CREATE INDEX record_by_due ON record (kind, due, id) WHERE due IS NOT NULL;

CREATE TABLE access_grant (
    id BYTEA NOT NULL PRIMARY KEY,
    tenant BYTEA NOT NULL,
    bilan BYTEA NOT NULL,
    grantee BYTEA NOT NULL,
    basis TEXT NOT NULL,
    classes BIGINT NOT NULL,
    document BYTEA,
    starts BIGINT NOT NULL,
    ends BIGINT,
    revoked BIGINT,
    suspended BIGINT NOT NULL,
    key BYTEA,
    body BYTEA NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX grant_by_bilan ON access_grant (bilan, grantee);
CREATE INDEX grant_by_grantee ON access_grant (grantee);

-- Answers.
CREATE TABLE answer (
    assignment BYTEA NOT NULL,
    position BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (assignment, position)
);

CREATE TABLE audit (
    segment TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    entry BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    bilan BYTEA,
    PRIMARY KEY (segment, seq)
);

CREATE INDEX audit_by_bilan ON audit (bilan, segment, seq) WHERE bilan IS NOT NULL;

CREATE TABLE audit_head (
    segment TEXT NOT NULL PRIMARY KEY,
    previous BYTEA NOT NULL,
    n BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    closed_at BIGINT NOT NULL
);

CREATE TABLE chunk (
    file BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (file, seq)
);

-- Sealed bytes do not compress: no time is spent on trying.
ALTER TABLE record ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE access_grant ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
