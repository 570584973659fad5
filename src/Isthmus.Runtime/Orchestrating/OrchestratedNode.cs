using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>A node as the orchestrator sees it.</summary>
/// <param name="Name">The node.</param>
/// <param name="Tier">Its tier; null if it does not report.</param>
/// <param name="Url">Its address; null if it does not report.</param>
/// <param name="Status">"reports", "silent" (it did, and is not used until it does again) or "unmonitored" (it never did: only users tell of it).</param>
/// <param name="Cpu">The free share of its processor by its own word; null if it does not say.</param>
/// <param name="CpuBelieved">The share that decisions are made with.</param>
/// <param name="Memory">The free share of its memory by its own word; null if it does not say.</param>
/// <param name="Mbps">The bandwidth of its network card in Mbit/s, by its own word; null if it does not say.</param>
/// <param name="RttMs">The round trip of its reports in milliseconds, by its own word; null if it does not say.</param>
/// <param name="Queue">Requests that wait there, by its own word.</param>
/// <param name="Busy">Workers that compute, by its own word.</param>
/// <param name="Workers">Its workers.</param>
/// <param name="Users">Users whose decided action uses it.</param>
/// <param name="MeasuredOverExpected">What users measure, over what its reports and their menus let expect; null if too little is known.</param>
/// <param name="Doubted">Whether that is so far from 1 that its word is not believed.</param>
/// <param name="Demand">What users ask for, in shares of what it gives out; more than 1 is overload.</param>
/// <param name="SilentMs">How long nothing was heard of itself, in milliseconds; null if it never reported.</param>
public sealed record OrchestratedNode(
    string Name, Tier? Tier, string? Url, string Status, double? Cpu, double CpuBelieved, double? Memory, double? Mbps, double? RttMs, int Queue, int Busy, int Workers, int Users, double? MeasuredOverExpected, bool Doubted,
    double Demand, double? SilentMs);
