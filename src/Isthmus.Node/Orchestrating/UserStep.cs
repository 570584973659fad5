namespace Isthmus.Node.Orchestrating;

/// <summary>What a user did since the last step.</summary>
/// <param name="Action">The action that most of the requests used; −1 if nothing was reported.</param>
/// <param name="MeanMs">What these requests took on average, in milliseconds; NaN if nothing was reported.</param>
/// <param name="Requests">Requests, as far as questions and reports tell.</param>
internal readonly record struct UserStep(int Action, double MeanMs, int Requests);
