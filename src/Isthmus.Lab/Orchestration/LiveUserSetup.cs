using System.Collections.Immutable;

namespace Isthmus.Lab.Orchestration;

/// <summary>The first line that a user's process is told: who it is and what it may be asked to do.</summary>
/// <param name="Edge">The edge's address through the user's emulated link.</param>
/// <param name="Cloud">The cloud's address through the user's emulated link.</param>
/// <param name="Actions">What it may be asked to do; requests name their place.</param>
/// <param name="Slowdown">How many times slower than this machine the device is.</param>
/// <param name="Images">The IDX file of the pictures.</param>
/// <param name="Labels">The IDX file of their classes.</param>
/// <param name="FirstPicture">The picture with which this user begins; the others follow in order.</param>
/// <param name="TimeoutMs">After this time a node is given up.</param>
public sealed record LiveUserSetup(
    Uri Edge, Uri Cloud, ImmutableArray<LiveUserAction> Actions, double Slowdown, string Images, string Labels, int FirstPicture, double TimeoutMs);
