"""A page's picture as a drawing for the typesetter: so it reaches the paper without lying on a disk on the way."""

import base64

from nianlun.digitization.reading import PageImage

_WIDE, _HIGH = 188.0, 270.0  # millimetres that a picture may take on a page of its own


def drawing(picture: PageImage) -> dict[str, object]:
    """The picture in a frame of its own pixels, and how large it is to be set, in millimetres."""
    wide, high = picture.width, picture.height
    scale = min(_WIDE / wide, _HIGH / high)
    data = base64.b64encode(picture.content).decode()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">'
        f'<image width="{wide}" height="{high}" href="data:{picture.media_type};base64,{data}"/></svg>'
    )
    return {"drawing": svg, "width": wide * scale, "height": high * scale, "words": ""}
