using Isthmus.Core.Planning;

namespace Isthmus.Core.Orchestration.Menus;

/// <summary>An action of a user, and the plan that it stands for.</summary>
/// <param name="Action">The action.</param>
/// <param name="Plan">The plan: network, form of the input, cut, codec and node.</param>
public sealed record PlannedAction(UserAction Action, Plan Plan);
