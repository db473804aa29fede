// node replicate.js ADDRESS FOLDER: replicates once for each line that is read, from where it was.
"use strict";
const { PouchDB } = (() => {
  const from = process.env.POUCH_MODULES + "/";
  const PouchDB = require(from + "pouchdb-core");
  for (const name of ["pouchdb-adapter-leveldb", "pouchdb-adapter-http", "pouchdb-replication"])
    PouchDB.plugin(require(from + name));
  return { PouchDB };
})();
const [address, folder] = process.argv.slice(2);
const remote = new PouchDB(address, { skip_setup: true });
const local = new PouchDB(folder, { adapter: "leveldb" });
let lines = Promise.resolve();
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", () => {
    lines = lines
      .then(() => PouchDB.replicate(remote, local))
      .then((done) => console.log(done.docs_written))
      .catch((error) => console.log("error " + error.message));
  });
