"""Article files that tests write by hand."""


def pdf_of(text):
    """Return a one-page PDF, written by hand."""
    return pdf_of_columns([[text]])


def pdf_of_columns(columns):
    """Return a one-page PDF of columns of lines, written by hand."""
    shown = [
        f"BT /F1 9 Tf {40 + 280 * side} {700 - 12 * at} Td ({line}) Tj ET"
        for side, lines in enumerate(columns)
        for at, line in enumerate(lines)
    ]
    stream = "\n".join(shown).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )
