using System.Collections.Immutable;

namespace Isthmus.Bench.Inputs;

/// <summary>The result of `isthmus bench input`.</summary>
/// <param name="Quick">Whether only every fourth photograph was taken.</param>
/// <param name="Rows">By network.</param>
public sealed record InputReport(bool Quick, ImmutableArray<InputRow> Rows)
{
    /// <summary>The project's goal, by network, measure and photographs.</summary>
    public ImmutableArray<InputGoal> Goals => [.. Rows.SelectMany(InputGoal.Of)];
}
