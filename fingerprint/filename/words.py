#!/usr/bin/env python3
"""Writes copies.txt and images.txt from the translations of file managers and GIMP.

usage: words.py DIR, where DIR has the unpacked Debian packages nautilus-data, caja-common, thunar-data and gimp-data
"""
import gettext, glob, re, sys, unicodedata

COPY = ["%s (copy)%s", "%s (another copy)%s", "%s (%'dst copy)%s", "%s (%'dnd copy)%s", "%s (%'drd copy)%s",
        "%s (%'dth copy)%s", "%s (copy %u)%s", "%s (copy %u)"]
OTHER = {"arjan", "bill", "figure", "zane"}  # names and words with another meaning in English
copies, images, languages = {}, {}, set()
for path in sorted(glob.glob(sys.argv[1] + "/**/*.mo", recursive=True)):
    language, domain = path.split("/")[-3], path.split("/")[-1]
    if domain not in ("nautilus.mo", "caja.mo", "thunar.mo", "gimp20.mo"):
        continue
    with open(path, "rb") as f:
        texts = gettext.GNUTranslations(f)._catalog
    for english in COPY:
        text = unicodedata.normalize("NFC", texts.get(english) or "")
        text = re.sub(r"%'?I?[0-9$']*[du]", "%d", re.sub(r"%(\d\$|\.\*)?s", "%s", text)).removesuffix("%s")
        if re.fullmatch(r"%s[^%]*(%d[^%]*)?", text) and len(text) > 3:
            copies.setdefault(text, language)
    word = unicodedata.normalize("NFC", texts.get("Image") or "").lower().replace("_", "")
    if re.fullmatch(r"[^\W\d]{2,}", word) and word not in OTHER:
        images.setdefault(word, language)

def write(name, about, words):
    with open(name, "w") as f:
        f.write(about)
        for word, language in sorted(words.items()):
            f.write(f"{word}\t{language}\n")

write("copies.txt", """# How file managers name a copy: %s is the name without its extension, %d a number. With the first language.
# Made by words.py from Debian 12's nautilus 43, caja 1.26 and thunar 4.18. The lines without a language are those of
# Windows Explorer, macOS and Google Drive, which have no public translations; only the English ones were seen on files.
""" + "".join(line + "\t\n" for line in """%s - Copy
%s - Copie
%s - Kopie
%s - Copia
%s - Cópia
%s - Kopia
%s - Копия
%s - 副本
%s - コピー
%s - Copy (%d)
%s - Copie (%d)
%s - Kopie (%d)
%s - Copia (%d)
%s - Cópia (%d)
%s - Kopia (%d)
%s - Копия (%d)
%s - 副本 (%d)
%s - コピー (%d)
%s copy
%s copy %d
%s Kopie
%s Kopie %d
%s copie
%s copie %d
%s copia
%s copia %d
%sのコピー
%s的副本
%s의 사본
Copy of %s
Kopie von %s
Copie de %s
Copia de %s
Copia di %s
Cópia de %s
Kopie van %s
Kopia %s
Копия %s
Копія %s
Salinan %s
Bản sao của %s""".split("\n")), copies)
write("images.txt", """# The word for an image in the languages of nautilus 43, caja 1.26, thunar 4.18 and GIMP 2.10, with the first language.
# Made by words.py.
""", images)
