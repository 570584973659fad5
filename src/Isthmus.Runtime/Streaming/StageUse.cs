namespace Isthmus.Runtime.Streaming;

/// <summary>How busy a stage was.</summary>
/// <param name="Stage">The node's name, or two joined by " → " for the link between them.</param>
/// <param name="IsLink">Whether it is a link.</param>
/// <param name="BusyMs">Milliseconds per answered picture in which it was busy; transfers at the same time count once.</param>
/// <param name="PredictedMs">What was predicted of that; null if nothing was.</param>
/// <param name="Occupancy">The share of the stream's time, 0…1, in which it was busy.</param>
public sealed record StageUse(string Stage, bool IsLink, double BusyMs, double? PredictedMs, double Occupancy);
