"""A bitmap font of five by seven dots: capitals, digits and the signs that labels need."""

from __future__ import annotations

from functools import lru_cache

WIDTH, HEIGHT = 5, 7
CELL = WIDTH + 1
"""Dots from one character to the next."""

# Each sign as seven rows from the top, two hexadecimal digits a row; bit 4 is the leftmost dot.
_SIGNS = """
A0E11111F111111 B1E11111E11111E C0E11101010110E D1E11111111111E E1F10101E10101F F1F10101E101010
G0E11101711110E H1111111F111111 I0E04040404040E J0702020202120C K11121418141211 L1010101010101F
M111B1515111111 N11111915131111 O0E11111111110E P1E11111E101010 Q0E11111115120D R1E11111E141211
S0E11100E01110E T1F040404040404 U1111111111110E V11111111110A04 W11111115151B11 X11110A040A1111
Y11110A04040404 Z1F01020408101F 00E11131519110E 1040C040404040E 20E11010204081F 31F02040201110E
402060A121F0202 51F101E0101110E 60608101E11110E 71F010204080808 80E11110E11110E 90E11110F01020C
-0000001F000000 .00000000000C0C ,0000000C0C0408 :000C0C000C0C00 /00010204081000 #0A0A1F0A1F0A0A
(02040808080402 )08040202020408 &0C12140815120D +0004041F040400 *0004150E150400 '0C040800000000
%18190204081303 ?0E110102040004 !04040404040004 _0000000000001F =00001F001F0000 @0E11010D15150E
"0A0A0A00000000 $040F140E051E04 ;000C0C000C0408 [0E08080808080E ]0E02020202020E |04040404040404
<02040810080402 >08040201020408
"""
_GLYPHS = {sign[0]: tuple(bytes.fromhex(sign[1:])) for sign in _SIGNS.split()} | {" ": (0,) * HEIGHT}

Glyph = tuple[int, ...]
"""Rows from the top; `WIDTH` times the size bits each."""


@lru_cache(maxsize=1024)
def glyph(character: str, size: int) -> Glyph:
    """Give a character's rows at `size` times the font's dots; an unknown one as a question mark."""
    if size == 1:
        return _GLYPHS.get(character.upper(), _GLYPHS["?"])
    if size % 2 == 0:
        return _doubled(glyph(character, size // 2), WIDTH * size // 2)
    return tuple(
        _widened(row, WIDTH, size) for row in glyph(character, 1) for _ in range(size)
    )  # odd sizes keep their steps


def _widened(row: int, width: int, times: int) -> int:
    dots = f"{row:0{width}b}"
    return int("".join(dot * times for dot in dots), 2)


def _doubled(rows: Glyph, width: int) -> Glyph:
    """Double a glyph and round its steps off, by the Scale2x rule."""

    def dot(x: int, y: int) -> int:
        return rows[y] >> (width - 1 - x) & 1 if 0 <= x < width and 0 <= y < len(rows) else 0

    doubled = [0] * (2 * len(rows))
    for y in range(len(rows)):
        for x in range(width):
            above, right, left, below = dot(x, y - 1), dot(x + 1, y), dot(x - 1, y), dot(x, y + 1)
            own = dot(x, y)
            corners = [own] * 4
            if above != below and left != right:
                near = ((left, above), (above, right), (left, below), (below, right))
                corners = [one if one == other else own for one, other in near]
            doubled[2 * y] = doubled[2 * y] << 2 | corners[0] << 1 | corners[1]
            doubled[2 * y + 1] = doubled[2 * y + 1] << 2 | corners[2] << 1 | corners[3]
    return tuple(doubled)
