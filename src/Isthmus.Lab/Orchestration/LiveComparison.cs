using System.Collections.Immutable;
using Isthmus.Core.Orchestration;

namespace Isthmus.Lab.Orchestration;

/// <summary>What a model predicts beside what a live run showed.</summary>
/// <param name="Contention">The contention of each node, as calibrated.</param>
/// <param name="Actions">Every action of every user, alone.</param>
/// <param name="Sharing">For each node, two users at the same time, three, and so on.</param>
/// <param name="Joint">Joint actions, every user at the same time: the predicted optimum first, then everybody in one place, then random ones.</param>
public sealed record LiveComparison(
    ImmutableArray<ContentionCurve> Contention, ImmutableArray<PredictedTime> Actions, ImmutableArray<PredictedTime> Sharing, ImmutableArray<PredictedTime> Joint)
{
    /// <summary>How far predictions of single actions were off; null if nothing was answered.</summary>
    public PredictionErrors? ActionErrors => PredictionErrors.Of(Actions);

    /// <summary>How far predictions of shared nodes were off; null if there is one user.</summary>
    public PredictionErrors? SharingErrors => PredictionErrors.Of(Sharing);

    /// <summary>How far predictions of joint actions were off; null if nothing was answered.</summary>
    public PredictionErrors? JointErrors => PredictionErrors.Of(Joint);

    /// <summary>
    /// What choosing by the prediction loses: the measured time of the joint action that is predicted to be the fastest, over the fastest that was measured, less 1. Null if none was measured.
    /// </summary>
    public double? ChoosingLoses
    {
        get
        {
            PredictedTime[] measured = [.. Joint.Where(j => double.IsFinite(j.MeasuredMs))];
            return measured.Length == 0 ? null : (measured.MinBy(j => j.PredictedMs)!.MeasuredMs / measured.Min(j => j.MeasuredMs)) - 1;
        }
    }

    /// <summary>
    /// Kendall's τ between predicted and measured times of joint actions, −1…1: how often the prediction puts two of them in the order in which they are. Null if there are fewer than two.
    /// </summary>
    public double? JointOrder
    {
        get
        {
            PredictedTime[] measured = [.. Joint.Where(j => double.IsFinite(j.MeasuredMs))];
            if (measured.Length < 2) return null;
            int sum = 0;
            for (int i = 0; i < measured.Length; i++)
            {
                for (int k = 0; k < i; k++)
                    sum += Math.Sign(measured[i].PredictedMs - measured[k].PredictedMs) * Math.Sign(measured[i].MeasuredMs - measured[k].MeasuredMs);
            }

            return sum / (measured.Length * (measured.Length - 1) / 2.0);
        }
    }
}
