namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>A parameter of the latency model: what it is called, and what is believed of it at first.</summary>
/// <param name="Key">Its name: what is learned is kept under it as users and nodes come and go.</param>
/// <param name="Mean">Its prior mean.</param>
/// <param name="Deviation">Its prior standard deviation.</param>
internal readonly record struct LatencyTerm(string Key, double Mean, double Deviation);
