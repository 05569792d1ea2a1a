"""Imports what every visit needs, so that it is in the copy of Python's memory that the browser keeps."""

import ast
import codeop
import json
import linecache
import rlcompleter
import tomllib
import traceback

import graphviz
import rich.console
import rich.progress
import rich.table
import website_session

import micrograd_kr
from micrograd_kr import Stepper, book, data, draw, nn, page, why
from micrograd_kr.drawing import Drawing
from micrograd_kr.locale import languages, translate

for _language in languages():
    translate("livepage.title", _language, node="")  # the words are read

for _module in (ast, codeop, json, linecache, rlcompleter, tomllib, traceback, graphviz, rich.console, rich.progress):
    assert _module
