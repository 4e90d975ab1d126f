#!/bin/sh
# npm xdg-parse 1.1.0
#
# Expected: parse(data, locale) reads desktop files; with "an extra locale argument, one can retrieve those lines
# instead of the default when available" (README). If no localized key matches, the key without a locale is used, and
# de_DE matches Name[de] if there is no Name[de_DE] (Desktop Entry Specification, "Localized values for keys"). Name and
# Exec are texts, not lists or numbers ("Recognized desktop entry keys").
# Behaviour: the first line of a key counts, unless a later one has exactly the locale. If Name[de] is before Name, a
# reader of French has the German name, and one with de_DE has the default name if that is first. Each value with a
# semicolon becomes an array, and each that looks like a number becomes a number, whatever its key: a program named 2048
# has a number as its name, and the quoted command of an Exec is cut into pieces. No error is reported.
# Workaround: GKeyFile of GLib; or take the lines of the locale before they are parsed.
#
# Needs node and the npm registry, python3, apt-get, dpkg and the Debian 12 archive; GLib 2.74.6 reads the same texts.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=1.1.0
glib=2.74.6-2+deb12u9
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

printf '%s\n' '[Desktop Entry]' 'Name[de]=Bilder' 'Name=Pictures' > german-first.desktop
printf '%s\n' '[Desktop Entry]' 'Name=Pictures' 'Name[de]=Bilder' > german-last.desktop
printf '%s\n' '[Desktop Entry]' 'Name=2048' 'Exec=sh -c "cd /srv; exec game"' > game.desktop

# Each case: file, key and locale.
cat > cases.json <<'JSON'
[["german-first.desktop", "Name", "de"], ["german-first.desktop", "Name", "fr"],
 ["german-last.desktop", "Name", "fr"], ["german-last.desktop", "Name", "de_DE"],
 ["game.desktop", "Name", "C"], ["game.desktop", "Exec", "C"]]
JSON

cat > glib.py <<'PY'
import ctypes, json, sys
glib = ctypes.CDLL(sys.argv[1])
glib.g_key_file_new.restype = ctypes.c_void_p
glib.g_key_file_load_from_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
glib.g_key_file_get_locale_string.restype = ctypes.c_char_p
glib.g_key_file_get_locale_string.argtypes = [ctypes.c_void_p] + 3 * [ctypes.c_char_p] + [ctypes.c_void_p]
values = []
for path, key, locale in json.load(open("cases.json")):
    file = glib.g_key_file_new()
    glib.g_key_file_load_from_file(file, path.encode(), 2, None)  # G_KEY_FILE_KEEP_TRANSLATIONS
    value = glib.g_key_file_get_locale_string(file, b"Desktop Entry", key.encode(), locale.encode(), None)
    values.append(value.decode())
json.dump(values, open("expected.json", "w"))
PY

cat > main.cjs <<'JS'
const fs = require("node:fs");
const { parse } = require("xdg-parse");

try {
  const read = (path) => JSON.parse(fs.readFileSync(path, "utf8"));
  const expected = read("expected.json");
  const seen = read("cases.json").map(([path, key, locale], i) => {
    const value = parse(fs.readFileSync(path, "utf8"), locale)["Desktop Entry"][key];
    console.log(`${key} of ${path} for ${locale}:`);
    console.log(`  expected (and GLib) ${JSON.stringify(expected[i])}\n  seen                ${JSON.stringify(value)}`);
    return value;
  });
  const behaviour = ["Bilder", "Bilder", "Pictures", "Pictures", 2048, ['sh -c "cd /srv', ' exec game"']];
  if (JSON.stringify(seen) === JSON.stringify(behaviour)) {
    console.log("behaviour: the name is of another language, a number or the default, and the command is an array");
  } else {
    console.log("changed: the values are", JSON.stringify(seen));
    process.exitCode = 1;
  }
} catch (err) {
  console.log("error:", err.message);
  process.exitCode = 2;
}
JS

if ! { npm install --no-audit --no-fund "xdg-parse@$version" && apt-get download "libglib2.0-0=$glib" &&
	dpkg-deb -x libglib2.0-0_*.deb root &&
	python3 glib.py "$(find "$dir/root" -name 'libglib-2.0.so.0')" ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: npm xdg-parse $version, node $(node --version), GLib $glib"
node main.cjs
