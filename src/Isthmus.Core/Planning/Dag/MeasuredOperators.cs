using System.Collections.Immutable;
using Isthmus.Core.Graphs;

namespace Isthmus.Core.Planning.Dag;

/// <summary>A network's operators and tensors with what was measured of them.</summary>
/// <param name="Graph">The operators.</param>
/// <param name="Times">Milliseconds of each operator by node, scaled to measured blocks (<see cref="OperatorScaling"/>).</param>
/// <param name="Codecs">For each tensor what codecs make of it.</param>
/// <param name="NamedShare">By node the share of the kernels' time whose operators were found; see <see cref="KernelAttribution.NamedShare"/>.</param>
public sealed record MeasuredOperators(
    OperatorGraph Graph, ImmutableDictionary<string, ImmutableArray<double>> Times, ImmutableArray<ImmutableArray<TensorCodec>> Codecs, ImmutableDictionary<string, double> NamedShare);
