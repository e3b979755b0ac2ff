"""PDF files for tests, written by hand: pages of text lines at chosen places and sizes."""

from __future__ import annotations

from collections.abc import Sequence

# (text, size in points, x, y from the bottom)
TextLine = tuple[str, float, float, float]


def make_pdf(
    pages: Sequence[Sequence[TextLine]],
    *,
    width: int = 720,
    height: int = 405,
    title: str = "",
    author: str = "",
    raw_content: bytes | None = None,
) -> bytes:
    """A PDF with one page for each list of lines; `raw_content` replaces every page's content stream."""
    objects: list[bytes] = [
        b"",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        content = raw_content if raw_content is not None else b"\n".join(_draw(line) for line in lines)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        stream = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (width, height, stream)
        )
        kids.append(len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    objects.append(b"<< /Title (%s) /Author (%s) >>" % (_escaped(title), _escaped(author)))
    parts = [b"%PDF-1.4\n"]
    offsets, at = [], len(parts[0])
    for number, body in enumerate(objects, start=1):
        offsets.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \n" % offset for offset in offsets]
    parts.append(
        b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, len(objects), at)
    )
    return b"".join(parts)


def _draw(line: TextLine) -> bytes:
    text, size, x, y = line
    return b"BT /F1 %g Tf %g %g Td (%s) Tj ET" % (size, x, y, _escaped(text))


def _escaped(text: str) -> bytes:
    body = text.encode("cp1252", "replace")
    return body.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
