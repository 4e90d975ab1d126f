#!/bin/sh
# npm @googleapis/drive 22.0.0, googleapis-common 8.0.3
#
# Expected: a client of Google Drive that was made with the option rootUrl sends each request there, such as to a
# simulator on this machine.
# Behaviour: files.list, get, update and delete go to rootUrl; an upload, that is files.create or update with media,
# goes to www.googleapis.com. A test that creates its pictures in a simulator and then lists and deletes them creates
# them in the real storage instead, if its token is valid. No error tells that the option is not used.
# Workaround: give rootUrl with each call that has media, too: files.create(params, { rootUrl }).
#
# The script gives the client a proxy on the loopback for addresses elsewhere, which records them and forwards nothing.
# Needs node and the npm registry.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=22.0.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.mjs <<'JS'
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { drive } from "@googleapis/drive";

const seen = [];
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    seen.push("rootUrl");
    response.setHeader("content-type", "application/json");
    response.end('{"id":"1"}');
  });
}).listen(0, "127.0.0.1");
const proxy = createServer().on("connect", (request, socket) => {
  seen.push(request.url);
  socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
}).listen(0, "127.0.0.1");
await Promise.all([once(server, "listening"), once(proxy, "listening")]);
process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.address().port}`;
process.env.NO_PROXY = "127.0.0.1";

const rootUrl = `http://127.0.0.1:${server.address().port}/`;
const { files } = drive({ version: "v3", rootUrl });
const params = () => ({ requestBody: { name: "a.png" }, media: { mimeType: "image/png", body: Readable.from(["a"]) } });
const single = { retry: false };
const calls = {
  list: () => files.list({}, single),
  "create without media": () => files.create({ requestBody: { name: "a.png" } }, single),
  "create with media, rootUrl in the call": () => files.create(params(), { ...single, rootUrl }),
  "create with media": () => files.create(params(), single),
  "update with media": () => files.update({ fileId: "1", ...params() }, single),
};
const results = [];
for (const [name, call] of Object.entries(calls)) {
  seen.length = 0;
  await call().catch((err) => seen.length || seen.push(`error: ${err.message}`));
  console.log(`${name}: expected rootUrl, seen ${seen.join(", ")}`);
  results.push(seen.join(", "));
}
server.close();
proxy.close();
const real = "www.googleapis.com:443";
if (results.slice(0, 3).some((each) => each !== "rootUrl")) {
  console.log("error: rootUrl has no effect, or the server fails");
  process.exitCode = 2;
} else if (results[3] === real && results[4] === real) {
  console.log("behaviour: an upload goes to Google, and not to rootUrl");
} else {
  console.log("changed");
  process.exitCode = 1;
}
JS

if ! npm install --no-audit --no-fund "@googleapis/drive@$version" >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm @googleapis/drive $version, googleapis-common $(node -p '
require("./node_modules/googleapis-common/package.json").version'), node $(node --version)"
node main.mjs
