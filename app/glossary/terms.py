"""The words of the app that are no measures."""

from app.glossary.records import Term

TERMS: dict[str, Term] = {
    "sensor": Term(
        "Sensor",
        "A place where something is measured: a detector at a road, a stretch of road, a station. A row and a column "
        "of every matrix.",
        also="node, place, N",
    ),
    "head": Term(
        "Head",
        "One matrix of weights between sensors. A model may have several, and each may look at something else; "
        "'output' is that of the last layer. 'Mean of heads' is the mean of all of them, weight by weight: a summary "
        "that may hide what a single head does.",
        also="mean of heads, attention",
    ),
    "matrix": Term(
        "Interaction, or learned graph",
        "The matrix that multiplies the features in the model's forward pass, after every normalisation. Seen as a "
        "graph, its sensors are the nodes and its weights the edges.",
        also="learned graph, adjacency, attention",
    ),
    "receiver": Term(
        "Receiver and sender",
        "Row and column of the matrix. The receiver listens, the sender is heard: the weight in row i and column j "
        "says how much i uses what j measures.",
        also="direction, row, column, listens, hears",
    ),
    "strongest": Term(
        "Strongest q %",
        "The pairs of sensors with the largest weights, the two directions of a pair taken together and the diagonal "
        "left out. They count as learned wherever pairs are drawn or counted; q is set in the sidebar.",
        also="threshold, share of pairs, learned pairs",
    ),
    "road": Term(
        "Road graph",
        "The graph that comes with the data: which sensors are neighbours along roads, rivers or wires. It is no "
        "truth: what goes together need not be a neighbour.",
        also="adjacency, known graph, neighbours",
    ),
    "hop": Term(
        "Hop",
        "One step from a sensor to a neighbour in the road graph. Two sensors are as many hops apart as the shortest "
        "way has steps.",
        also="distance, reach",
    ),
    "classes": Term(
        "Learned, on a road; learned, no road; road, not learned",
        "The three classes of pairs on a map: among the strongest and neighbours in the road graph; among the "
        "strongest only; neighbours only.",
        also="edge classes, colours of the map",
    ),
    "chance": Term(
        "Chance",
        "What the same measure would give if the matrix knew nothing: blind draws, or the same weights or labels put "
        "to random places. A measure says something only beside it.",
        also="null model, baseline, permutation, shuffle, blind",
    ),
    "p": Term(
        "p",
        "Share of random arrangements that reach at least the measured value. Small: chance alone hardly does that. It "
        "says nothing of how large or how useful a difference is.",
        also="p value, significance, permutation",
    ),
    "mode": Term(
        "Mode",
        "A pattern over all sensors in which the matrix can be taken apart: an eigenvector. Mode 1 has the largest "
        "eigenvalue.",
        also="eigenvector, pattern",
    ),
    "community": Term(
        "Community",
        "A group of sensors with more weight among themselves than to others, found by an algorithm. Such algorithms "
        "always find some.",
        also="cluster, group",
    ),
    "group": Term(
        "Known group",
        "A group that comes with the data, such as the freeway and its direction. Communities are compared with it.",
        also="freeway, district, label",
    ),
    "protocol": Term(
        "Protocol",
        "How a figure is got: which part of the data trains, which picks the epoch, which is measured, what becomes of "
        "missing values. Figures of different protocols must not be compared.",
        also="split, evaluation",
    ),
    "clean": Term(
        "Protocol 'clean'",
        "70, 10 and 20 % of the data in time order. Scale and training from the first part, the second picks the "
        "epoch, and the third is used for nothing but the errors. Missing values are left out.",
        also="training, validation, test",
    ),
    "published": Term(
        "Protocol 'published'",
        "As in the published tables, to stand beside them: 80 and 20 %, scaled by the maximum of all data, the test "
        "part picks the epoch, missing values count as zeros, errors are pooled. It is optimistic.",
        also="T-GCN, test part",
    ),
    "optimistic": Term(
        "Optimistic",
        "Said of errors for which the test part had a say in the training: it picked the epoch or gave the scale. On "
        "data that nobody has seen they would be larger.",
        also="leak, test part",
    ),
    "pooled": Term(
        "Pooled",
        "An error over all steps up to a time ahead together, as published tables have it. Otherwise an error is that "
        "of one step alone, which is larger at the end.",
        also="horizon",
    ),
    "ahead": Term(
        "Step ahead, horizon",
        "How far in the future a forecast is: so many intervals of the data after the last value that the model sees. "
        "The horizon is the farthest.",
        also="minutes ahead",
    ),
    "control": Term(
        "No graph",
        "A model without any matrix on the same data: each sensor for itself. What a graph is worth is what it takes "
        "off the error of this one, where nothing else differs. gru is intergat-gru and gat-gru without a graph; "
        "intergat-plus without a graph is intergat-plus with no heads. The page Train makes it of the "
        "chosen model, Overview of a run that has none beside it, python -m app train with --without-graph. Where two "
        "trainings differ in more, such as their epochs, it is said beside the errors.",
        also="control, gru, ablation",
    ),
    "planted": Term(
        "Planted graph",
        "The graph from which made-up data were made. It is known without doubt, so what was learned can be right or "
        "wrong. Real data have none.",
        also="truth, ground truth, demo city",
    ),
    "seed": Term(
        "Seed",
        "The number from which all chance in a training starts: first weights, order of the data. Another seed may "
        "learn another graph from the same data.",
        also="random, repeat",
    ),
    "epoch": Term(
        "Epoch",
        "One pass of the training through all of its data. The weights of the best epoch are kept; which part of the "
        "data picks it is said by the protocol.",
        also="training, iteration",
    ),
    "run": Term(
        "Run",
        "A trained model as a folder: its settings, weights, matrices, and its forecasts of the test part.",
        also="model, training",
    ),
    "missing": Term(
        "Missing value",
        "A moment at which a sensor said nothing, or a zero that means the same in these data. Under the protocol "
        "'clean' it trains nothing and counts in no error.",
        also="gap, nan, zero",
    ),
    "colours": Term(
        "Colours",
        "They mean the same on every page. Teal: learned, on a road. Orange: learned, no road. Grey and dashed: a "
        "road, not learned. Magenta: planted. Blue: forecast; ink: observed. Weights: from dark to bright. "
        "Differences: from purple (below zero) through grey to green (above); in a grey print both ends look alike, "
        "and the sign stands in the table.",
        also="legend, print, colour blindness, black and white",
    ),
}
