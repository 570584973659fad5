using Isthmus.Core.Statistics;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>What a plan does to the answers, against the un-split network on the same photographs.</summary>
/// <param name="Photographs">How many photographs were answered.</param>
/// <param name="HeldOut">Whether none of them was used to choose the plan.</param>
/// <param name="Agreement">Share whose first class is that of the un-split network.</param>
/// <param name="ChangedLow">Lower end of the 95 % interval (Wilson) of the share that changes; null without an answer.</param>
/// <param name="ChangedHigh">Upper end.</param>
/// <param name="Labelled">How many have a label.</param>
/// <param name="Top1">Share of the labelled whose first class is right; null if none has a label.</param>
/// <param name="ReferenceTop1">The same of the un-split network.</param>
/// <param name="Top1Change">Top1 − ReferenceTop1.</param>
/// <param name="Low">Lower end of the change's 95 % interval, paired (Tango); null if none has a label.</param>
/// <param name="High">Upper end.</param>
public sealed record JaladLoss(int Photographs, bool HeldOut, double? Agreement, double? ChangedLow, double? ChangedHigh, int Labelled, double? Top1, double? ReferenceTop1, double? Top1Change, double? Low, double? High)
{
    /// <summary>Judges answers.</summary>
    public static JaladLoss Of(IReadOnlyCollection<JaladAnswer> answers, bool heldOut)
    {
        ArgumentNullException.ThrowIfNull(answers);
        JaladAnswer[] answered = [.. answers.Where(a => a is { Answer: not null, Reference: not null })];
        JaladAnswer[] labelled = [.. answered.Where(a => a.Label is not null)];
        double? top1 = Share(labelled, a => a.Answer == a.Label), reference = Share(labelled, a => a.Reference == a.Label);
        PairedProportions right = new(
            labelled.Count(a => a.Answer == a.Label && a.Reference == a.Label), labelled.Count(a => a.Answer == a.Label && a.Reference != a.Label),
            labelled.Count(a => a.Answer != a.Label && a.Reference == a.Label), labelled.Count(a => a.Answer != a.Label && a.Reference != a.Label));
        ConfidenceInterval? change = labelled.Length == 0 ? null : right.Tango();
        ConfidenceInterval? changed = answered.Length == 0 ? null : BinomialInterval.Wilson(answered.Count(a => a.Answer != a.Reference), answered.Length);
        return new(
            answered.Length, heldOut, Share(answered, a => a.Answer == a.Reference), changed?.Low, changed?.High, labelled.Length, top1, reference, top1 - reference, change?.Low, change?.High);
    }

    private static double? Share(JaladAnswer[] answers, Func<JaladAnswer, bool> right) => answers.Length == 0 ? null : (double)answers.Count(right) / answers.Length;
}
