"""What a program may send about cases and persons."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Version = Annotated[
    int, Field(ge=1, le=2_000_000_000, strict=True, description="看到的版本；办件的 version")
]
Code = Annotated[str, Field(max_length=60)]
Text = Annotated[str, Field(max_length=1000)]
Details = Annotated[
    dict[Code, Annotated[str, Field(max_length=2000)]],
    Field(description="申报内容，按业务类型的 fields；都写成文字", max_length=200),
]


class How(StrEnum):
    """How a program can show a paper. That an original was seen, or is not needed, only a person can say."""

    COPY_KEPT = "copy_kept"
    SHARED_DATA = "shared_data"


class NewCase(BaseModel):
    """A case to be taken in."""

    model_config = ConfigDict(extra="forbid", title="NewCase")

    type: Code = Field(description="业务类型的代码，见 types")
    person_id: UUID | None = Field(default=None, description="参保人，见 persons/find")
    employer_id: UUID | None = Field(default=None, description="参保单位")
    details: Details = Field(default_factory=dict)


class AtVersion(BaseModel):
    """A move on a case as it was seen."""

    model_config = ConfigDict(extra="forbid", title="AtVersion")

    version: Version


class WithDetails(AtVersion):
    """The whole application once more, completed."""

    model_config = ConfigDict(extra="forbid", title="WithDetails")

    details: Details


class Asking(AtVersion):
    """What is missing, told all at once."""

    model_config = ConfigDict(extra="forbid", title="Asking")

    missing: list[Code] = Field(default_factory=list, max_length=100, description="要补的材料的代码")
    text: Text = Field(default="", description="另外要补什么")


class Resuming(AtVersion):
    """Going on, with a word."""

    model_config = ConfigDict(extra="forbid", title="Resuming")

    text: Text = ""


class PaperForm(BaseModel):
    """One paper, as fields of a form beside its file."""

    model_config = ConfigDict(extra="forbid", title="PaperForm")

    version: int = Field(ge=1, le=2_000_000_000, description="看到的版本；办件的 version")
    requirement: Code = Field(description="材料的代码，见业务类型的 requirements")
    how: How = Field(description="copy_kept 留复印件，要有 file；shared_data 用共享数据核验，要有 note")
    note: str = Field(default="", max_length=400)


class PersonWanted(BaseModel):
    """Whom a program looks for."""

    model_config = ConfigDict(extra="forbid", title="PersonWanted")

    personal_number: str = Field(min_length=1, max_length=40, description="个人编号")
