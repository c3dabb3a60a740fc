"""The application object: the one thing every method answers and every callback carries.

All members are always there; what is not known yet is null.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ...rules.moves import DeclineCode, State
from .base import (
    ApplicationId,
    Date,
    Extra,
    Params,
    Percent,
    Schema,
    Time,
    problem,
    text_of,
)
from .money import Money
from .order import OrderNumber


def mask_phone(phone: Any) -> Any:
    """``+79161234567`` → ``+7916***4567``; what is masked already stays."""
    if isinstance(phone, str) and "*" not in phone:
        return f"{phone[:5]}***{phone[-4:]}"
    return phone


def mask_name(name: Any) -> Any:
    """``Петров`` → ``П***``; what is masked already stays."""
    if isinstance(name, str) and name and "*" not in name:
        return f"{name[0]}***"
    return name


class MaskedCustomer(Schema):
    """Enough to recognise the customer. Masked here, so nothing else can slip out."""

    phone: Annotated[str, BeforeValidator(mask_phone)]
    last_name: Annotated[str, BeforeValidator(mask_name)] | None = None
    first_name: Annotated[str, text_of(100)] | None = None


class Preview(Schema):
    """Terms computed by the cabinet: for information, the lender's offer decides."""

    months: int
    monthly_payment: Money
    psk: Percent
    overpayment: Money


class Installment(Schema):
    """One line of the payment schedule."""

    due_on: Date
    amount: Money
    principal: Money
    interest: Money
    rest: Money = Field(description="principal still owed after this payment")


class Offer(Schema):
    """The lender's conditions."""

    amount: Money
    shortfall: Money = Field(description="asked minus approved")
    months: int
    monthly_payment: Money
    rate: Percent
    psk: Percent
    psk_amount: Money | None = None
    valid_until: Time
    schedule: list[Installment]


class Payout(Schema):
    """The lender's transfer to the agency."""

    amount: Money
    paid_on: Date
    payment_order: Annotated[str, text_of(64)] | None = None


class CoolingOff(Schema):
    """The pause between signing and money."""

    until: Time
    passed: bool


class Claim(Schema):
    """What the agency asked for after the commit and the lender has to confirm."""

    kind: Literal["cancel", "tour_refund"]
    amount: Money | None = None
    requested_at: Time
    state: Literal["waiting", "accepted", "refused"]


class Application(Schema):
    """A loan application for one tour order. Personal data is masked."""

    application_id: ApplicationId
    order_number: OrderNumber
    status: State
    redirect_url: str | None = Field(
        None,
        description="send the customer's browser there; null once it is used or over",
    )
    expires_at: Time | None = Field(None, description="of the link")
    held_until: Time
    hold_needed_until: Time | None = Field(
        None, description="until when the agency must be able to hold the tour"
    )
    amount: Money = Field(description="of the loan asked for")
    advance: Money
    customer: MaskedCustomer | None = None
    preview: Preview | None = None
    offer: Offer | None = None
    payout: Payout | None = Field(None, description="once `funded`")
    cooling_off: CoolingOff | None = Field(None, description="once `signed`, if one applies")
    commit_until: Time | None = Field(
        None, description="once `signed`: the last moment for `application.commit`"
    )
    needs: list[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]] = Field(
        default_factory=list,
        description="codes of what is still wanted of the customer, e.g. `passport_photo`",
    )
    decline_code: DeclineCode | None = None
    loan_number: str | None = None
    requests: list[Claim] = Field(default_factory=list)
    sequence: int = Field(ge=0, description="grows by one with every change told of")
    updated_at: Time
    test: bool = False
    extra: Extra = Field(default_factory=dict)


class Reference(Params):
    """Which application: by our id or by the agency's order number (its latest)."""

    application_id: ApplicationId | None = None
    order_number: OrderNumber | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.application_id is None) == (self.order_number is None):
            raise problem("one_of", fields="application_id, order_number")
        return self
