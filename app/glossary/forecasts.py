"""What is measured on forecasts."""

from app.glossary.records import Measure

FORECASTS: dict[str, Measure] = {
    "mae": Measure(
        "Mean absolute error (MAE)",
        "By how much the forecast is off on average, in the data's unit. Missing values are left out.",
        r"\mathrm{mean}\, |\hat y - y|",
        source="Willmott and Matsuura, Advantages of the mean absolute error over the root mean square error, "
        "Climate Research 30 (2005)",
        pages=("overview", "forecast", "compare", "runs", "benchmark"),
        also="error",
    ),
    "rmse": Measure(
        "Root mean square error (RMSE)",
        "As the mean absolute error, but large errors count more.",
        r"\sqrt{\mathrm{mean}\, (\hat y - y)^2}",
        source="Hyndman and Koehler, Another look at measures of forecast accuracy, International Journal of "
        "Forecasting 22 (2006)",
        pages=("overview", "forecast", "benchmark"),
        also="error",
    ),
    "mape": Measure(
        "Mean absolute percentage error (MAPE)",
        "The error as a share of what was observed; observations of (nearly) 0 are left out.",
        r"\mathrm{mean}\, |\hat y - y| \,/\, |y|",
        source="Hyndman and Koehler, Another look at measures of forecast accuracy, International Journal of "
        "Forecasting 22 (2006)",
        pages=("overview", "benchmark"),
        also="error",
    ),
    "accuracy": Measure(
        "Accuracy",
        "As in the T-GCN papers: 1 without error.",
        r"1 - \lVert \hat Y - Y \rVert_F \,/\, \lVert Y \rVert_F",
        source="Zhao et al., T-GCN, IEEE Transactions on Intelligent Transportation Systems 21 (2020), "
        "arXiv:1811.05320",
        pages=("overview", "benchmark"),
    ),
    "r2": Measure(
        "R²",
        "Share of the variance that the forecast explains: 1 all, 0 no better than the mean, below 0 worse.",
        r"1 - \textstyle\sum (\hat y - y)^2 \,/\, \sum (y - \bar y)^2",
        source="Wright, Correlation and causation, Journal of Agricultural Research 20 (1921); among the "
        "measures of T-GCN, arXiv:1811.05320 (2020)",
        pages=("overview", "benchmark"),
        also="R2, determination, variance explained",
    ),
    "simple": Measure(
        "Last value and window mean",
        "Two forecasts that cost nothing: repeat what was seen last, or the mean of what the model sees. A "
        "model that is not better than these has learned nothing of use.",
        r"\hat y_{t+k} = y_t, \qquad \hat y_{t+k} = \tfrac1L \textstyle\sum_{l<L} y_{t-l}",
        source="Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition (2021), section 5.2",
        pages=("overview", "forecast"),
        also="baseline, naive",
    ),
}
