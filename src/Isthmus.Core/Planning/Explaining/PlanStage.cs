using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>One stage of a plan's cost, by name, so that costs can be shown and compared stage by stage.</summary>
/// <param name="Name">The stage, as <see cref="PlanCost"/> calls it, in lower case.</param>
/// <param name="Kind">What it is spent on.</param>
/// <param name="Value">How long it takes.</param>
public sealed record PlanStage(string Name, StageKind Kind, Milliseconds Value)
{
    /// <summary>All stages of a cost, those of no length too, in the order in which they happen. Their sum is <see cref="PlanCost.Total"/>.</summary>
    public static ImmutableArray<PlanStage> Of(PlanCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        return
        [
            new("decode", StageKind.Coding, cost.Decode),
            new("head", StageKind.Computing, cost.Head),
            new("encode", StageKind.Coding, cost.Encode),
            new("send", StageKind.Sending, cost.Send),
            new("queue", StageKind.Waiting, cost.Queue),
            new("unpack", StageKind.Coding, cost.Unpack),
            new("middle", StageKind.Computing, cost.Middle),
            new("recode", StageKind.Coding, cost.Recode),
            new("forward", StageKind.Sending, cost.Forward),
            new("tail", StageKind.Computing, cost.Tail),
            new("return", StageKind.Sending, cost.Return),
            new("overhead", StageKind.Waiting, cost.Overhead),
        ];
    }
}
