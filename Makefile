# Everything one does with the book. `make` alone says what there is.
# A fresh machine needs Python 3.11 or newer, make and git; the rest goes into .venv.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
            $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

INSTALLED := .venv/.installed
LAB := .venv/.lab-installed
PEERS := .venv/.bench-installed
BUILT := _build/.built
HTML := _build/html
LATEX := _build/latex

NOTEBOOKS := $(wildcard chapters/*.ipynb appendix/*.ipynb)
SOURCES := $(NOTEBOOKS) $(wildcard *.md appendix/*.md references.bib _config.yml _toc.yml) \
           $(shell find matcalc _ext _static benchmarks -type f -not -path '*/__pycache__/*')

.PHONY: help book test lab lint bench pdf clean
help:
	@echo "make book    install, execute the notebooks, build the book"
	@echo "make test    install, build if needed, run every test"
	@echo "make lab     JupyterLab on the chapters"
	@echo "make lint    ruff, and notebooks without stored outputs"
	@echo "make bench   the benchmarks, beside JAX, PyTorch and others (about twenty minutes)"
	@echo "make pdf     the book as one PDF"
	@echo "make clean   remove what was built (not .venv)"

book: $(BUILT)
	@echo "The book is built. Open it in a browser: file://$(abspath $(HTML))/index.html"

test: $(BUILT)
	$(BIN)/python -m pytest -n 2 --nbval-lax

lab: $(LAB)
	$(BIN)/jupyter lab chapters

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-id --verify $(NOTEBOOKS))

bench: $(PEERS)
	$(BIN)/python benchmarks

# TeX is not Python's: what is missing is said before anything is built.
TEX := latexmk xelatex makeindex
DEBIAN := latexmk texlive-xetex texlive-latex-recommended texlive-latex-extra texlive-fonts-recommended \
          tex-gyre fonts-freefont-otf fonts-dejavu
pdf: $(INSTALLED)
	@for tool in $(TEX); do command -v $$tool > /dev/null || { \
	  echo "make pdf needs $$tool. On Debian and Ubuntu: apt install --no-install-recommends $(DEBIAN)"; exit 1; }; done
	$(BIN)/python _ext/execute.py
	rm -rf $(LATEX) _build/.doctrees
	$(BIN)/jupyter-book build --builder latex -W -n --keep-going .
	cd $(LATEX) && latexmk -xelatex -interaction=nonstopmode -halt-on-error -silent matrix-calculus.tex
	@! grep -E "(Reference|Citation) .* undefined|^Missing character" $(LATEX)/matrix-calculus.log
	@echo "The book on paper: $(abspath $(LATEX))/matrix-calculus.pdf"

clean:
	rm -rf _build

# Warnings are not repeated by a second build, so pages and doctrees are always made anew.
$(BUILT): $(INSTALLED) $(SOURCES)
	rm -rf $(HTML) _build/.doctrees
	$(BIN)/python _ext/execute.py
	$(BIN)/jupyter-book build -W -n --keep-going .
	@touch $@

$(INSTALLED): requirements.txt requirements-book.txt pyproject.toml | $(BIN)/python
	$(PIP) install -r requirements-book.txt
	$(PIP) install --no-deps -e .
	@touch $@

$(LAB): $(INSTALLED) binder/requirements.txt
	$(PIP) install -r binder/requirements.txt -e '.[lab]'
	@touch $@

# PyTorch without CUDA has an index of its own. A peer that cannot be installed is reported as absent.
$(PEERS): $(INSTALLED) pyproject.toml
	-$(PIP) install --index-url https://download.pytorch.org/whl/cpu torch
	-$(PIP) install -e '.[bench]'
	@touch $@

$(BIN)/python:
	$(if $(PYTHON),,$(error Python 3.11 or newer was not found. Say where it is: make PYTHON=/path/to/python))
	$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
