"""Execute the paired notebooks of a book, with the same bytes on every run.

A notebook is a pair in one folder. ``NN_name.md`` (MyST text) is the source that people edit and review;
``NN_name.ipynb`` holds the same cells with their outputs: the book shows these outputs, and nbval checks
them in a real kernel. ``python -m safetybook.notebooks execute notebooks/*.md`` brings the second in step
with the first.

*What is executed.* After an execution it is noted what the notebook depends on, and the digests of what was
there (:mod:`~safetybook.notebooks.note`): its code, the sources that its imports reach
(:mod:`~safetybook.notebooks.imports`), the files below the root that it opened and the folders it listed,
and of the data always the names and what is opened unseen (:mod:`~safetybook.notebooks.inputs`). A
notebook whose dependencies are as noted is not executed; if words around its code changed, its stored
outputs are put beside the new words. The note is ``_build/notebooks.json``, outside version control: a
fresh clone executes everything once, and an edit by hand to a stored output is undone.

*What the sentences show.* Numbers of results stand in texts, stored notebooks and other pages as words, in
spans that name them (:mod:`~safetybook.notebooks.prose`). They are written whenever a result or the text
changed; one that was edited by hand is put right.

*How.* One process imports once what the notebooks import, and calls what it is told to (``--warm``); each
notebook then runs in a fork of it (:mod:`~safetybook.notebooks.forks`), in the shell class of the Jupyter
kernel (:mod:`~safetybook.notebooks.shell`). Cell ids follow from the cells' source, execution counts run
from 1 to n, and neither times nor the Python version are stored.

*What is stored is of one state.* If anything that a notebook depends on changed while it ran, its outputs
are dropped and it runs again (:mod:`~safetybook.notebooks.upkeep`).

*When a cell fails*, its notebook, line and traceback are printed, and the stored outputs stay as they were.
"""
