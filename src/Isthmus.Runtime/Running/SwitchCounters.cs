namespace Isthmus.Runtime.Running;

/// <summary>How the switches from one plan to another went.</summary>
/// <param name="Switches">Switches so far.</param>
/// <param name="Ready">Those to a plan that was ready, so that the very next picture used it.</param>
/// <param name="Declined">Wishes to load ahead that the device or a node declined.</param>
public sealed record SwitchCounters(long Switches, long Ready, long Declined);
