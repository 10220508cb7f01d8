// The code of a letter stands behind # in its link, which browsers send to no server: it goes into the field, and out of the address bar.
"use strict";
const field = document.getElementById("token");
const code = location.hash.slice(1);
if (field && /^bif_[\w-]+$/.test(code)) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
}
