using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>Says in one sentence why a neighbour was not chosen.</summary>
internal static class NeighbourReason
{
    // What is less than this share of the largest difference explains nothing.
    private const double Negligible = 0.02;

    public static string Of(Objective objective, RankedPlan winner, RankedPlan other, ImmutableArray<StageDifference> differences, ImmutableArray<string> violations)
    {
        double ms = other.Latency.Value - winner.Latency.Value;
        long bytes = other.Bytes.Value - winner.Bytes.Value;
        double score = other.Score - winner.Score;
        string result = Result(objective, ms, bytes, score);
        string causes = Causes(ms, differences, other.Cost.BytesTotal.Value - winner.Cost.BytesTotal.Value);
        if (violations.Length > 0) return $"Not allowed: {string.Join(", and ", violations)}. It would be {result}{causes}.";
        return $"{char.ToUpperInvariant(result[0])}{result[1..]}{causes}.{(Same(score, winner.Score) ? " Of equally good plans the faster one comes first, then the one that sends less, loses less, and cuts less." : "")}";
    }

    private static string Result(Objective objective, double ms, long bytes, double score)
    {
        string time = Math.Abs(ms) < 0.005 ? "as fast" : $"{Ms(ms)} {(ms > 0 ? "slower" : "faster")}";
        string sent = bytes == 0 ? "sends as much" : $"sends {new ByteCount(Math.Abs(bytes))} {(bytes > 0 ? "more" : "less")}";
        string verb = objective == Objective.Price ? "costs" : "takes";
        string more = ExplanationText.Amount(Math.Abs(score), objective);
        return objective == Objective.Latency ? time
            : objective == Objective.Traffic ? $"{sent} and is {time}"
            : objective == Objective.Throughput ? $"its longest stage {(Same(score, 0) ? "is as long" : $"takes {Ms(score)} {(score > 0 ? "more" : "less")}")}, and one picture is {time}"
            : objective == Objective.Energy || objective == Objective.Price ? $"{(Same(score, 0) ? $"{verb} as much" : $"{verb} {more} {(score > 0 ? "more" : "less")}")}, is {time}, and {sent}"
            : $"{(Math.Abs(score) < 0.005 ? "as good" : $"{Math.Abs(score):0.##} {(score > 0 ? "worse" : "better")}")} by {objective}: {time}, and {sent}";
    }

    private static string Causes(double ms, ImmutableArray<StageDifference> differences, long bytes)
    {
        (StageKind Kind, double Ms)[] kinds = [.. differences.GroupBy(d => d.Kind).Select(g => (g.Key, g.Sum(d => d.Difference.Value)))];
        double largest = kinds.Length == 0 ? 0 : kinds.Max(k => Math.Abs(k.Ms));
        kinds = [.. kinds.Where(k => Math.Abs(k.Ms) >= Math.Max(0.005, largest * Negligible)).OrderByDescending(k => Math.Abs(k.Ms))];
        (StageKind Kind, double Ms)[] more = [.. kinds.Where(k => k.Ms > 0)], less = [.. kinds.Where(k => k.Ms < 0)];
        if (more.Length == 0 && less.Length == 0) return "";
        if (more.Length == 0) return $": {List(less)}";
        if (less.Length == 0) return $": {List(more)}";
        return ms > 0 ? $": {List(more)} {Outweigh(more)} {List(less)}" : $": {List(less)} {Outweigh(less)} {List(more)}";

        string List((StageKind Kind, double Ms)[] some)
        {
            string[] parts = [.. some.Select(k => $"{Ms(k.Ms)} {(k.Ms > 0 ? "more" : "less")} {Name(k.Kind)}{Bytes(k)}")];
            return parts.Length == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
        }

        static string Outweigh((StageKind Kind, double Ms)[] some) => some.Length == 1 ? "outweighs" : "outweigh";

        // The bytes are said where they explain the time.
        string Bytes((StageKind Kind, double Ms) k) => k.Kind != StageKind.Sending || bytes == 0 || bytes > 0 != k.Ms > 0 ? "" : $" ({(bytes > 0 ? "+" : "−")}{new ByteCount(Math.Abs(bytes))})";
    }

    private static bool Same(double difference, double of) => Math.Abs(difference) <= 1e-9 * Math.Max(1, Math.Abs(of));

    private static string Name(StageKind kind) => kind.ToString().ToLowerInvariant();

    private static string Ms(double ms) => new Milliseconds(Math.Abs(ms)).ToString();
}
