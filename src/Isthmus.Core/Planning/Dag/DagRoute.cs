using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning.Dag;

/// <summary>The nodes that a partition may use, in order, and the problem that is posed by them.</summary>
/// <param name="Nodes">The nodes' names, the device first.</param>
public sealed record DagRoute(ImmutableArray<string> Nodes)
{
    /// <summary>Every route of the profile's nodes, tier by tier outwards, whose links are known: the device and another node, or the device, an edge and a cloud.</summary>
    public static ImmutableArray<DagRoute> Of(CostModel costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        Profile profile = costs.Index.Profile;
        ImmutableArray<DagRoute>.Builder routes = ImmutableArray.CreateBuilder<DagRoute>();
        foreach (NodeProfile device in profile.Nodes.Where(n => n.Tier == Tier.Device))
        {
            foreach (NodeProfile next in profile.Nodes.Where(n => n.Tier > Tier.Device && Linked(device, n)))
            {
                routes.Add(new([device.Name, next.Name]));
                foreach (NodeProfile last in profile.Nodes.Where(n => n.Tier > next.Tier && Linked(next, n))) routes.Add(new([device.Name, next.Name, last.Name]));
            }
        }

        return routes.ToImmutable();

        bool Linked(NodeProfile a, NodeProfile b) => costs.HasLink(costs.Index.NodeAt(a.Name), costs.Index.NodeAt(b.Name));
    }

    /// <summary>Poses the problem.</summary>
    /// <param name="costs">The profile, the links as they are, and what running has taught.</param>
    /// <param name="operators">What was measured of operators and tensors.</param>
    /// <param name="codecs">The codecs that tensors may take.</param>
    /// <param name="inputs">The forms in which the picture may cross to the first node beside the device; none if it stays on the device.</param>
    /// <param name="pins">Operators that have to be on a node, by a tensor that one of their nodes makes.</param>
    /// <exception cref="IsthmusException">A node, a codec or a pinned operator is not known, or was not measured.</exception>
    public DagProblem Problem(
        CostModel costs, MeasuredOperators operators, ImmutableArray<CodecSpec> codecs, ImmutableArray<InputEncoding> inputs, IReadOnlyDictionary<string, string>? pins = null)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(operators);
        ProfileIndex index = costs.Index;
        int[] at = [.. Nodes.Select(index.NodeAt)];
        OperatorGraph graph = operators.Graph;
        DagOperator[] ops =
        [
            .. graph.Operators.Select((op, i) => new DagOperator(op.Name,
                [.. Nodes.Select((node, k) => (TimesOf(node)[i] * costs.Ratio(at[k])) + (i == 0 && k == 0 ? Known(costs.DecodeLocal(at[0]), $"decoding pictures on {node}") : 0))])),
        ];
        foreach ((string tensor, string node) in pins ?? ImmutableDictionary<string, string>.Empty)
        {
            int op = graph.Operators.IndexOf(graph.Operators.FirstOrDefault(o => o.Nodes.Any(n => n.Outputs.Contains(tensor)))!);
            if (op < 0) throw new IsthmusException(ErrorKind.Usage, $"No operator makes '{tensor}': 'isthmus inspect' names tensors.");
            int place = Nodes.IndexOf(node);
            if (place < 0) throw new IsthmusException(ErrorKind.Usage, $"'{tensor}' cannot be pinned to '{node}', which is not on the route {this}.");
            ops[op] = ops[op].On(place);
        }

        CodecPace[] paces = [.. at.Select(n => new CodecPace(index, at[0], n))];
        DagTensor picture = new("the picture", -1, [0],
        [
            // Nobody passes a picture on.
            .. Enumerable.Range(0, at.Length - 1).Select(b => b > 0 ? [] : Pictures(costs, inputs).Select(p => p.Transfer).ToImmutableArray()),
        ]);
        DagTensor[] tensors =
        [
            .. graph.Tensors.Select((t, i) => new DagTensor(t.Description.Name, t.Producer, t.Consumers,
                [.. Enumerable.Range(0, at.Length - 1).Select(b => codecs.SelectMany(c => Ways(i, b, c)).ToImmutableArray())])),
        ];
        double[] fixedCosts = [.. Enumerable.Range(0, at.Length - 1).Select(b => costs.Send(at[b], at[b + 1], 0) + costs.Return(at[b + 1], at[b]) + costs.Overhead(at[b + 1]) + costs.Queue(at[b + 1]))];
        return new([.. ops], [picture, .. tensors], [.. fixedCosts]);

        ImmutableArray<double> TimesOf(string node) => operators.Times.GetValueOrDefault(node) is { IsDefault: false } times ? times
            : throw new IsthmusException(ErrorKind.Planning, $"The operators were not measured on {node}: measure again while it answers.");

        IEnumerable<DagTransfer> Ways(int tensor, int link, CodecSpec spec)
        {
            if (operators.Codecs[tensor].FirstOrDefault(c => c.Codec == spec) is not { } codec) yield break;
            yield return new(
                spec, codec.Bytes, codec.Encode * paces[link].Encode(spec) * costs.Ratio(at[link]), Transfer(link, codec.Bytes),
                codec.Decode * paces[link + 1].Decode(spec) * costs.Ratio(at[link + 1]));
        }

        double Transfer(int link, long bytes) => costs.Send(at[link], at[link + 1], bytes) - costs.Send(at[link], at[link + 1], 0);

        static double Known(double ms, string what) => double.IsNaN(ms) ? throw new IsthmusException(ErrorKind.Planning, $"The profile does not say how long {what} takes: profile again.") : ms;
    }

    /// <summary>The form in which the picture crosses in a partition; local if it stays on the device.</summary>
    /// <param name="costs">What the problem was posed with.</param>
    /// <param name="inputs">The forms that were allowed.</param>
    /// <param name="partition">A partition of the problem that <see cref="Problem"/> poses.</param>
    public InputEncoding Input(CostModel costs, ImmutableArray<InputEncoding> inputs, DagPartition partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        foreach (DagCrossing crossing in partition.Crossings)
        {
            if (crossing.Tensor == 0) return Pictures(costs, inputs)[crossing.Way].Encoding;
        }

        return InputEncoding.Local;
    }

    /// <summary>The tensors that cross a link of a partition, in canonical order; none if the picture crosses, or nothing does.</summary>
    /// <param name="operators">The operators.</param>
    /// <param name="partition">A partition of the problem that <see cref="Problem"/> poses.</param>
    /// <param name="link">The link's position on the route.</param>
    public static ImmutableArray<string> Crossing(MeasuredOperators operators, DagPartition partition, int link)
    {
        ArgumentNullException.ThrowIfNull(operators);
        ArgumentNullException.ThrowIfNull(partition);
        // Tensor 0 is the picture.
        return [.. partition.Crossings.Where(c => c.Link == link && c.Tensor > 0).Select(c => operators.Graph.Tensors[c.Tensor - 1].Description.Name)];
    }

    private List<(InputEncoding Encoding, DagTransfer Transfer)> Pictures(CostModel costs, ImmutableArray<InputEncoding> inputs)
    {
        int device = costs.Index.NodeAt(Nodes[0]), next = costs.Index.NodeAt(Nodes[1]);
        List<(InputEncoding, DagTransfer)> ways = [];
        foreach (InputEncoding encoding in inputs)
        {
            if (costs.Index.InputAt(encoding) is not { } input) continue;
            long bytes = costs.Index.Profile.Inputs[input].Bytes.Value;
            double encode = costs.EncodeInput(device, input), decode = costs.DecodeInput(next, input);
            if (!double.IsNaN(encode + decode)) ways.Add((encoding, new(null, bytes, encode, costs.Send(device, next, bytes) - costs.Send(device, next, 0), decode)));
        }

        return ways;
    }

    /// <inheritdoc/>
    public bool Equals(DagRoute? other) => other is not null && Nodes.SequenceEqual(other.Nodes);

    /// <inheritdoc/>
    public override int GetHashCode() => Nodes.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" → ", Nodes);
}
