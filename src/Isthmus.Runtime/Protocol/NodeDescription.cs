using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Protocol;

/// <summary>What a node of Isthmus says of itself.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Slowdown">The factor by which its computing is slowed down on purpose; 1 is none, anything else is emulated.</param>
/// <param name="Emulated">Whether <paramref name="Slowdown"/> is not 1.</param>
/// <param name="Host">The machine: operating system, architecture, processor count.</param>
/// <param name="Runtime">The inference runtime and its execution provider.</param>
/// <param name="Threads">Threads that one inference uses.</param>
/// <param name="Workers">Inferences at a time.</param>
/// <param name="QueueLimit">Requests that may wait.</param>
public sealed record NodeDescription(
    string Node, Tier Tier, double Slowdown, bool Emulated, string Host, string Runtime, int Threads, int Workers, int QueueLimit);
