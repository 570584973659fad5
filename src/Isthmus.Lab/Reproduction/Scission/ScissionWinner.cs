namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>The best answer for one network.</summary>
/// <param name="Model">The network.</param>
/// <param name="Row">The answer as Scission prints it.</param>
/// <param name="Ms">Its latency in milliseconds.</param>
/// <param name="Tier">The tier of a plan on one machine; "split" for others; "none" if there is no answer.</param>
public sealed record ScissionWinner(string Model, string Row, double Ms, string Tier);
