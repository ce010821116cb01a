"""`python -m loanark.cli`."""

from loanark.cli import main

main()
