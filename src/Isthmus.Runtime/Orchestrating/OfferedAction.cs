using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>One plan that a user can carry out, with the work in it.</summary>
/// <param name="Name">What to call it; no two of a user's actions have the same.</param>
/// <param name="Node">The name of the shared node that it uses; null for the user's own device alone.</param>
/// <param name="DeviceMs">Milliseconds on the user's idle device.</param>
/// <param name="Bytes">Bytes that cross to the node.</param>
/// <param name="NodeMs">Milliseconds on the idle node.</param>
/// <param name="Accuracy">Share of requests that are answered rightly, 0…1.</param>
public sealed record OfferedAction(string Name, string? Node, double DeviceMs, double Bytes, double NodeMs, double Accuracy)
{
    /// <summary>The network that runs; empty where it is not told apart.</summary>
    public string Variant { get; init; } = "";

    /// <summary>The plan, as a plan file has it; null if the orchestrator need not know it.</summary>
    public JsonElement? Plan { get; init; }

    /// <summary>Checks the action; a plan must be one.</summary>
    /// <exception cref="IsthmusException">Something is not as it should be.</exception>
    public void Validate()
    {
        if (Name is not { Length: > 0 and <= OrchestrationLimits.MaxActionName } || Name.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
            throw new IsthmusException(ErrorKind.Data, $"An action has a name of 1 to {OrchestrationLimits.MaxActionName} characters without control characters.");
        if (Node is not null) OrchestrationLimits.Name(Node, "node");
        if (Variant is not { Length: <= OrchestrationLimits.MaxActionName }) throw new IsthmusException(ErrorKind.Data, $"The variant of '{Name}' is a name of at most {OrchestrationLimits.MaxActionName} characters.");
        OrchestrationLimits.Number(DeviceMs, 0, OrchestrationLimits.MaxMs, $"The device's time of '{Name}'");
        OrchestrationLimits.Number(Bytes, 0, OrchestrationLimits.MaxBytes, $"The bytes of '{Name}'");
        OrchestrationLimits.Number(NodeMs, 0, OrchestrationLimits.MaxMs, $"The node's time of '{Name}'");
        OrchestrationLimits.Number(Accuracy, 0, 1, $"The accuracy of '{Name}'");
        if (Plan is not { } plan) return;
        Plan read = PlanFile.Parse(plan.GetRawText(), $"the plan of '{Name}'");
        if (Node is not null && read.Segments.All(s => s.Node != Node))
            throw new IsthmusException(ErrorKind.Data, $"The plan of '{Name}' does not use the node '{Node}' that the action names.");
    }

    /// <summary>The action as learners know it.</summary>
    /// <param name="node">The position of its node.</param>
    public UserAction ToAction(int node) => new(Name, node, DeviceMs, Bytes, NodeMs, Accuracy) { Variant = Variant };
}
