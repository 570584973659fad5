namespace Isthmus.Runtime.Orchestrating;

/// <summary>A user as the orchestrator sees it.</summary>
/// <param name="Name">The user.</param>
/// <param name="Menu">The menu.</param>
/// <param name="Actions">How many actions it has.</param>
/// <param name="Action">The name of the action that is decided; null if none is yet.</param>
/// <param name="Node">The node of that action; null for the own device.</param>
/// <param name="Accuracy">The accuracy of that action.</param>
/// <param name="MinAccuracy">The accuracy that the user wants; null for any.</param>
/// <param name="PerSecond">Requests a second, lately.</param>
/// <param name="MeanMs">What they took, lately, in milliseconds; null if nothing was reported.</param>
/// <param name="Answered">Requests that were reported as answered.</param>
/// <param name="Fallbacks">Those of them that something else than the action answered.</param>
/// <param name="Lost">Requests that were reported as lost.</param>
/// <param name="Shed">Questions that were answered with the safe action because the node is overloaded.</param>
/// <param name="Through">The share of the requests that may use the node, 0…1.</param>
/// <param name="SilentMs">How long nothing was heard, in milliseconds.</param>
public sealed record OrchestratedUser(
    string Name, string Menu, int Actions, string? Action, string? Node, double? Accuracy, double? MinAccuracy, double PerSecond, double? MeanMs, long Answered, long Fallbacks, long Lost,
    long Shed, double Through, double SilentMs);
