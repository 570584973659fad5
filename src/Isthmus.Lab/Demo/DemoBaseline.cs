using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>A way to do without a planner, run on the same images under the same conditions.</summary>
/// <param name="Name">What to call it, such as jpeg-to-edge.</param>
/// <param name="Plan">The plan in one line.</param>
/// <param name="Allowed">Whether it satisfies the phase's constraints; one that does not is run for comparison only.</param>
/// <param name="Run">What became of each image. A way that takes seconds is run on one image.</param>
public sealed record DemoBaseline(string Name, string Plan, bool Allowed, RunReport Run);
