using System.Collections.Immutable;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>
/// What the device's confidence adds to one decision for all photographs: the small network answers what it is sure of, and the rest is sent. Policies were learnt on the
/// calibration photographs and are judged here by others; all answers and bytes are real.
/// </summary>
/// <param name="Device">The network on the device.</param>
/// <param name="Remote">The network to which pictures are sent.</param>
/// <param name="Rows">By rising bytes.</param>
public sealed record ZhaoCascade(string Device, string Remote, ImmutableArray<ZhaoCascadeRow> Rows)
{
    /// <summary>Points of accuracy, 0…1, that confidence adds at equal planned bytes, in the median over the rows that send anything; null if there are none.</summary>
    public double? MedianGain
    {
        get
        {
            double[] gains = [.. Rows.Where(r => r.Fraction > 0).Select(r => (r.ByConfidence.Accuracy - r.Alike.Accuracy) ?? 0).Order()];
            return gains.Length == 0 ? null : gains[gains.Length / 2];
        }
    }

    /// <summary>
    /// Fewer bytes, as a share, with which confidence comes within two points of the best that is reached by sending to all alike; null if it never does.
    /// </summary>
    public double? BytesSaved
    {
        get
        {
            if (Rows.IsEmpty) return null;
            double wanted = Rows.Max(r => r.Alike.Accuracy ?? 0) - 0.02;
            double alike = Rows.Where(r => r.Alike.Accuracy >= wanted).Min(r => r.Bytes);
            ZhaoCascadeRow[] reached = [.. Rows.Where(r => r.ByConfidence.Accuracy >= wanted)];
            return reached.Length == 0 || alike == 0 ? null : 1 - (reached.Min(r => r.CascadeBytes) / alike);
        }
    }

    /// <summary>Judges the policies of a table.</summary>
    /// <param name="device">The network on the device.</param>
    /// <param name="remote">The other.</param>
    /// <param name="table">What was learnt.</param>
    /// <param name="local">What the small network says of each photograph, un-encoded.</param>
    /// <param name="sent">What the other says of each, by fraction of the table.</param>
    /// <param name="right">The right answers; null where nobody knows.</param>
    public static ZhaoCascade Of(string device, string remote, ConfidenceTable table, IReadOnlyList<ImageReport> local, IReadOnlyDictionary<double, ImageReport[]> sent, IReadOnlyList<int?> right)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(sent);
        ArgumentNullException.ThrowIfNull(right);
        DifficultyRule rule = new(table);
        double whole = sent[table.Fractions[^1]].Average(r => (double)r.BytesSent);
        List<ZhaoCascadeRow> rows = [];
        foreach (double fraction in table.Fractions.Prepend(0))
        {
            IReadOnlyList<ImageReport> alike = fraction == 0 ? local : sent[fraction];
            double bytes = alike.Average(r => (double)r.BytesSent);
            if (rule.WithinCost(CascadeCosts.Bytes(whole), bytes) is not { } policy) continue;
            double[] chosen = [.. local.Select(r => policy.Fractions[BinOf(table, r.Top1?.Score ?? 0)])];
            ImageReport[] answers = [.. chosen.Select((x, i) => x == 0 ? local[i] : sent[x][i])];
            rows.Add(new(fraction, bytes, Judge(alike, right), answers.Average(r => (double)r.BytesSent), Judge(answers, right), chosen.Count(x => x > 0) / (double)chosen.Length));
        }

        return new(device, remote, [.. rows]);
    }

    private static int BinOf(ConfidenceTable table, double confidence)
    {
        int bin = 0;
        for (int i = 1; i < table.Bins.Length; i++)
        {
            if (table.Bins[i].From <= confidence) bin = i;
        }

        return bin;
    }

    private static ZhaoJudgement Judge(IReadOnlyList<ImageReport> answers, IReadOnlyList<int?> right)
    {
        int[] known = [.. Enumerable.Range(0, answers.Count).Where(i => answers[i].Top1 is not null && right[i] is not null)];
        return new(known.Length, known.Count(i => answers[i].Top1!.Index == right[i]));
    }
}
