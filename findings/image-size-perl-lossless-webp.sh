#!/bin/sh
# Image::Size 3.300, Debian 12 package libimage-size-perl 3.300-3
#
# Expected: imgsize of a lossless WebP returns its width and height: 14 bits each after the byte 2f of the chunk "VP8L"
# (WebP Lossless Bitstream Specification, section 3).
# Behaviour: the chunk is read as the lossy "VP8 ": the numbers are other bytes of the picture. A picture of 64 x 48
# pixels has 15632 x 16015. Its id is WEBP, and no error is reported. A lossy WebP is correct. html_imgsize and
# attr_imgsize write the wrong numbers into pages.
# Workaround: Image::ExifTool's ImageWidth and ImageHeight, or Image::Info.
#
# Needs perl, apt-get, dpkg and the Debian 12 archive; Image::Info 1.43 is used for comparison.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=3.300-3
other=1.43-1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.pl <<'PL'
use strict;
use warnings;
use Image::Info;
use Image::Size;

# Each is of 64 x 48 red pixels, as cwebp 1.2.4 writes them: with -lossless, and without.
my %pictures = (
    lossless => "5249464622000000574542505650384c150000002f3fc00b000710fd8ffe078084f07fbd18d1ffd40f00",
    lossy => "5249464654000000574542505650382048000000b003009d012a400030003e9148a04c25a4232222a800b012096700d3528000"
        . "151fbd09b4c50000feeea63fff80dd7c5b4cbfff7381ff7381ff7381fc6d4107ef61dae198f46c0000",
);
my %seen;
for my $kind (sort keys %pictures) {
    my $picture = pack("H*", $pictures{$kind});
    my $expected = join " x ", Image::Info::dim(Image::Info::image_info(\$picture));
    my ($width, $height, $id) = imgsize(\$picture);
    $seen{$kind} = "$width x $height";
    print "$kind WebP: expected (and Image::Info) $expected, seen $seen{$kind}, $id\n";
    if ($expected ne "64 x 48") {
        print "error: Image::Info returns another size\n";
        exit 2;
    }
}
if ($seen{lossy} ne "64 x 48") {
    print "error: a lossy WebP is wrong too\n";
    exit 2;
}
if ($seen{lossless} ne "15632 x 16015") {
    print "changed\n";
    exit 1;
}
print "behaviour: the size of a lossless WebP is other bytes of it\n";
PL

if ! { apt-get download "libimage-size-perl=$version" "libimage-info-perl=$other" &&
	for package in *.deb; do dpkg-deb -x "$package" root || exit 2; done ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: libimage-size-perl $version, libimage-info-perl $other, $(perl -e 'print $^V')"
PERL5LIB=$dir/root/usr/share/perl5 perl main.pl
