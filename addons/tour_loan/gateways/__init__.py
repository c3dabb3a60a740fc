from . import smsc
