"""What is measured on particles that move in space, and the words that only they need."""

from app.glossary.records import Measure, Term

PARTICLES: dict[str, Measure] = {
    "particle_error": Measure(
        "Mean squared error of particles",
        "How far positions, or velocities, are off: the square of each component's error, mean over all trajectories "
        "of the test part, particles and the three components. Beside it stay at the last frame, and flight straight "
        "ahead from it: a model that is not below both has learned nothing.",
        r"\mathrm{mean}_{w,i,c}\ (\hat x_{wic}(t) - x_{wic}(t))^2",
        source="Satorras, Hoogeboom and Welling, E(n) equivariant graph neural networks, ICML (2021), "
        "arXiv:2102.09844: the position alone",
        pages=("particles",),
        also="MSE, last frame, constant velocity, horizon",
    ),
    "gate": Measure(
        "Gate",
        "How far particle i lets in the message of particle j, from 0 to 1, in one layer and frame. An edge is the "
        "mean of both directions. A gate says how much of a message passes, not how much that moves anything.",
        r"M_{ij} = \sigma(\varphi_\mathrm{inf}(m_{ij})), \qquad m_i = \sum_j M_{ij}\, m_{ij}",
        source="Satorras, Hoogeboom and Welling, arXiv:2102.09844 (2021), equation 8",
        pages=("particles",),
        also="spatial attention, message weight, edge, inferred edges",
    ),
    "time_attention": Measure(
        "Attention over time",
        "How much frame t of a particle listens to each of its own frames s; a row sums to 1. Features decide by what "
        "they have learned, coordinates listen to frames that were near, velocities to those that point the same way.",
        r"\alpha_{ts} = \mathrm{softmax}_s \frac{q_t \cdot k_s}{\sqrt F}, \quad \beta_{ts} = \mathrm{softmax}_{s \ne t}"
        r"(-\lVert x_t - x_s \rVert^2), \quad \gamma_{ts} = \mathrm{softmax}_s \frac{v_t \cdot v_s}{\sqrt 3}",
        source="Spacetime E(n)-Transformer, arXiv:2408.06039 (2024); the sign of the distance is ours",
        pages=("particles",),
        also="temporal attention, ETAL, features, coordinates, velocities, past frame",
    ),
    "particle_energy": Measure(
        "Energy",
        "Kinetic and Coulomb energy of all particles together. Nothing enters or leaves, so what happens keeps it, but "
        "for the steps of the simulation; a forecast that does not keep it breaks physics, however near its positions "
        "are.",
        r"E = \sum_i \tfrac12 \lVert v_i \rVert^2 + \sum_{i<j} \frac{c_i c_j}{\lVert x_i - x_j \rVert}",
        source="Satorras, Hoogeboom and Welling, arXiv:2102.09844 (2021), section 5.1; mass and Coulomb constant are 1",
        pages=("particles",),
        also="kinetic, potential, conservation, Coulomb",
    ),
    "equivariance": Measure(
        "Turned along",
        "How far the forecast of turned, mirrored and moved particles, turned back, is from the first forecast: the "
        "largest distance over particles and frames, as a share of the size of the cloud (root mean square distance "
        "from its middle). 0, or the rounding of numbers: the model does not care where north is, as physics does not.",
        r"\max_{t,i} \frac{\lVert R^{\top} (f(R x + s)_{ti} - s) - f(x)_{ti} \rVert}"
        r"{\sqrt{\mathrm{mean}_j \lVert f(x)_{tj} - \bar f(x)_t \rVert^2}}",
        source="Own definition of the size; equivariance as in arXiv:2102.09844 (2021)",
        pages=("particles",),
        also="equivariance, rotation, reflection, translation, symmetry, E(n)",
    ),
}
TERMS: dict[str, Term] = {
    "particle": Term(
        "Particle",
        "A charged body that moves in empty space, simulated; in a run of particles, a row and a column of every "
        "matrix, as a sensor is elsewhere. Like charges push each other away, unlike ones attract.",
        also="n-body, charge, Coulomb",
    ),
    "frame": Term(
        "Frame",
        "One moment of a trajectory. A model sees so many frames, counted from 1, and forecasts some of those after "
        "them.",
        also="trajectory, time, frames ahead",
    ),
    "layer": Term(
        "Layer and read-out",
        "A layer passes messages between the particles once, in each frame seen, through gates of its own: each "
        "layer and frame is a head. The read-out is the last layer: it turns what all frames have become into the "
        "forecast.",
        also="head, frame, EGCL, message passing, read out",
    ),
}
