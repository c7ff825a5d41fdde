"""Train the judges of the reader of articles: conditional logits over candidates, by maximum likelihood with a penalty.

    python tools/train_reader.py             # train on all labelled reports, write src/borderflow/data/reader.npz
    python tools/train_reader.py --left-out  # train without one writer at a time, and measure on that writer

For n questions, candidates c with features x_c and the set R of right candidates, the loss is

    L(w) = - sum over questions of log( sum over r in R of exp(w x_r) / sum over c of exp(w x_c) ) + penalty/2 |w|^2,

with gradient  sum of E[x] - E[x | right] + penalty w  (McFadden 1974; several right candidates are told apart by nobody, so
their probabilities are added). It is minimised with scipy's L-BFGS-B. The result does not depend on chance.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from borderflow.articles.logit import Judge, Question


class Answered(NamedTuple):
    """A question with the candidates that are right, and how much it counts."""

    question: Question
    right: tuple[int, ...]
    weight: float = 1.0


class Design:
    """The features of all candidates of all questions as one sparse matrix, with the parameter that each column is."""

    def __init__(self, answered, least=2):
        counts = {}
        for one in answered:
            for word in set(one.question.around):
                counts[word] = counts.get(word, 0) + 1
        around = sorted(word for word, n in counts.items() if n >= least)
        names = sorted({a.name for one in answered for a in one.question.alternatives})
        told = {}
        for one in answered:
            for n in range(len(one.question.alternatives)):
                for word in one.question.words_of(n):
                    told[word] = told.get(word, 0) + 1
        words = sorted(word for word, n in told.items() if n >= least)
        self.around, self.names, self.words = tuple(around), tuple(names), tuple(words)
        row = {word: at for at, word in enumerate(around)}
        column = {name: at for at, name in enumerate(names)}
        number = {word: at + len(around) * len(names) for at, word in enumerate(words)}
        indices, starts, self.right, self.begins, self.weights = [], [0], [], [], []
        for one in answered:
            self.begins.append(len(starts) - 1)
            self.weights.append(one.weight)
            rows = [row[word] * len(names) for word in one.question.around if word in row]
            for n, alternative in enumerate(one.question.alternatives):
                at = column[alternative.name]
                indices += [base + at for base in rows]
                indices += [number[word] for word in one.question.words_of(n) if word in number]
                starts.append(len(indices))
                self.right.append(n in one.right)
        self.size = len(around) * len(names) + len(words)
        shape = (len(starts) - 1, self.size)
        self.matrix = csr_array(
            (np.ones(len(indices)), np.array(indices, dtype=np.int32), np.array(starts)), shape=shape
        )
        self.turned = self.matrix.T.tocsr()
        self.right = np.array(self.right, dtype=float)
        self.begins = np.array(self.begins)
        self.weights = np.array(self.weights, dtype=float)
        self.of = np.repeat(np.arange(len(self.begins)), np.diff([*self.begins, len(self.right)]))

    def loss(self, values, penalty):
        """Return the penalised negative log likelihood and its gradient."""
        utility = self.matrix @ values
        grown = np.exp(utility - np.maximum.reduceat(utility, self.begins)[self.of])
        total = np.add.reduceat(grown, self.begins)
        hit = np.maximum(np.add.reduceat(grown * self.right, self.begins), 1e-300)
        likelihood = self.weights @ np.log(hit / total)
        pull = self.weights[self.of] * grown * (1.0 / total[self.of] - self.right / hit[self.of])
        return penalty / 2 * values @ values - likelihood, self.turned @ pull + penalty * values

    def judge(self, values):
        """Return the parameters as a judge; rows in which every weight is below a hundredth are left out."""
        cut = len(self.around) * len(self.names)
        own, common = values[:cut].reshape(len(self.around), len(self.names)), values[cut:]
        rows, kept = np.flatnonzero(np.abs(own).max(axis=1, initial=0) >= 0.01), np.flatnonzero(np.abs(common) >= 0.01)
        return Judge(
            self.names,
            tuple(self.around[n] for n in rows),
            own[rows],
            tuple(self.words[n] for n in kept),
            common[kept],
        )


def fit(answered, penalty=1.0, least=2):
    """Return the judge that best explains the answers."""
    design = Design([one for one in answered if one.right], least)
    found = minimize(
        design.loss,
        np.zeros(design.size),
        (penalty,),
        method="L-BFGS-B",
        jac=True,
        options={"maxiter": 400, "ftol": 1e-9},
    )
    return design.judge(found.x)
