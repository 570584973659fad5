using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Admission;

/// <summary>
/// Who may use a node that is asked for more than it can do: its time is divided max-min fairly among those who want it, in milliseconds of computing a second. Whoever wants less than an
/// equal share gets all of their requests through, the others the part of theirs that fits; the rest of their requests take the safe plan instead. Nobody starves: whoever asks gets
/// at least the smaller of what they want and an equal share.
/// </summary>
/// <param name="Utilisation">The share of the node's time that is given out, above 0 to 1: queues grow without bound at 1. Default 0.9.</param>
public sealed record OverloadRule(double Utilisation = 0.9)
{
    /// <summary>The share of each user's requests that may use the node.</summary>
    /// <param name="perSecond">Requests a second of each user for this node.</param>
    /// <param name="nodeMs">Milliseconds of the node's computing that one such request takes, as the node is now.</param>
    /// <param name="workers">Requests that the node computes at a time.</param>
    /// <param name="shares">Is overwritten: 0…1 for each; 1 for whom nothing is shed.</param>
    /// <exception cref="IsthmusException">A number is out of its range.</exception>
    public void Shares(ReadOnlySpan<double> perSecond, ReadOnlySpan<double> nodeMs, int workers, Span<double> shares)
    {
        if (Utilisation is not (> 0 and <= 1) || workers < 1) throw new IsthmusException(ErrorKind.Usage, "A node gives out a share of its time above 0, and has a worker at least.");
        double[] demands = new double[perSecond.Length];
        for (int i = 0; i < demands.Length; i++) demands[i] = perSecond[i] * nodeMs[i];
        MaxMinShares.Divide(demands, workers * 1000.0 * Utilisation, shares);
        for (int i = 0; i < demands.Length; i++) shares[i] = demands[i] <= shares[i] ? 1 : shares[i] / demands[i];
    }
}
