"""What is measured by cutting weights and by changing inputs."""

from app.glossary.records import Measure

USE: dict[str, Measure] = {
    "cut": Measure(
        "Cut: rise of the error",
        "By how much the forecast is further off when weights are set to zero, after every normalisation. 0: the model "
        "does without them. Below 0: it would be better off. A cut model is asked about something it was not trained "
        "on, so a rise says that the weights matter to this model, not that nothing could do without them. The 95 % "
        "interval is over blocks of windows; where it holds 0, these windows cannot tell. Which "
        "sensors depend on what they hear is told by the error of each alone, else it is that of all.",
        r"\mathrm{mae}(\hat y_{M \odot G}) - \mathrm{mae}(\hat y_{M}), \qquad G_{ij} \in \{0, 1\}",
        source="Breiman, Random Forests, Machine Learning 45 (2001), of inputs; Meyes et al., Ablation studies in "
        "artificial neural networks, arXiv:1901.08644 (2019), of weights; interval: Künsch, Annals of "
        "Statistics 17 (1989)",
        pages=("evidence",),
        also="ablation, intervention, lesion, removal",
    ),
    "moved": Measure(
        "Change of the forecast",
        "By how much the forecast moves when weights are cut, whether for better or worse, as a root mean square in "
        "the data's unit. 0: the model does not use them.",
        r"\sqrt{\mathrm{mean}\, (\hat y_{M \odot G} - \hat y_{M})^2}",
        source="Own definition, based on the root mean square error",
        pages=("evidence",),
        also="ablation, intervention, RMS",
    ),
    "one_weight": Measure(
        "Effect of one weight, by the gradient",
        "What cutting one weight alone would do, taken from how error and forecast begin to change where its gate g "
        "begins to close: a few passes for all weights instead of a run for each. It is checked by true cuts of a "
        "sample; a correlation near 1 with those says that it can be relied on. A large weight takes more away when it "
        "goes, so some rank correlation with the change of the forecast is to be expected of any model.",
        r"\Delta \mathrm{mse}_{ij} \approx -\frac{\partial\, \mathrm{mse}}{\partial g_{ij}} + \mathrm{mean} \Big( "
        r"\frac{\partial \hat y}{\partial g_{ij}} \Big)^{2}, \qquad \mathrm{rms}_{ij} \approx \sqrt{\mathrm{mean} "
        r"\Big( \frac{\partial \hat y}{\partial g_{ij}} \Big)^{2}}",
        source="LeCun, Denker and Solla, Optimal brain damage (1990); Molchanov et al., Pruning convolutional neural "
        "networks for resource efficient inference, arXiv:1611.06440 (2017)",
        pages=("evidence",),
        also="attribution, gradient, Taylor, saliency",
    ),
    "weight_rank": Measure(
        "Rank correlation of weight and effect",
        "Whether larger weights do more: 1, always; 0, the size of a weight says nothing of what it does.",
        r"\rho = \mathrm{corr}\big(\mathrm{rank}\, |M_{ij}|,\ \mathrm{rank}\, |\Delta_{ij}|\big)",
        source="Spearman, The proof and measurement of association between two things, American Journal of "
        "Psychology 15 (1904); that weights need not be importance: Jain and Wallace, Attention is not explanation, "
        "arXiv:1902.10186 (2019)",
        pages=("evidence",),
        also="Spearman, importance",
    ),
    "deletion": Measure(
        "Deletion and insertion curve",
        "The error as more and more weights are removed, in some order. Where the strongest weights matter, the line "
        "that removes them first climbs before the others. Where weights are set to zero or to the mean, the line that "
        "removes the weakest first is, read from its right end, the insertion curve: the strongest are put back before "
        "all others.",
        r"f \mapsto \mathrm{mae}\ \text{with the share } f \text{ of the weights removed}",
        source="Samek et al., Evaluating the visualization of what a deep neural network has learned, IEEE "
        "Transactions on Neural Networks and Learning Systems 28 (2017), arXiv:1509.06321; Petsiuk et al., RISE, "
        "arXiv:1806.07421 (2018)",
        pages=("evidence",),
        also="ROAR, faithfulness, perturbation",
    ),
    "area": Measure(
        "Area between deletion curves",
        "By how much the error is higher, on average over the curve, when the strongest weights go first instead of "
        "others. Above 0 with its whole interval: strong weights matter more than those they stand beside.",
        r"\mathrm{mean}_f \big( \mathrm{mae}_\text{strongest}(f) - \mathrm{mae}_\text{other}(f) \big)",
        source="Samek et al., arXiv:1509.06321 (2017); interval by a block bootstrap over windows (Künsch, Annals of "
        "Statistics 17, 1989), widened by Student's t over repeats of what is drawn by chance",
        pages=("evidence",),
        also="AOPC, bootstrap, interval",
    ),
    "response": Measure(
        "What if: the model's response",
        "By how much the forecast moves when what some sensors saw in the last hour is raised or dropped. It is what "
        "the model would say, not what traffic would do.",
        r"\hat y(x + \delta) - \hat y(x)",
        source="Own definition, based on Goldstein et al., Peeking inside the black box: individual conditional "
        "expectation, Journal of Computational and Graphical Statistics 24 (2015)",
        pages=("evidence",),
        also="counterfactual, scenario, sensitivity, intervention",
    ),
}
