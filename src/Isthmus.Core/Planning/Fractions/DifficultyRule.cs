using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// Easy images are answered on the device, hard ones are sent further: the device's confidence says which is which, as far as a <see cref="ConfidenceTable"/> knows. For each bin of
/// confidence the table says how often the device is right, and how often the remote network with each fraction; what follows is exact for the table. Policies are found over the
/// table's own images, so they promise a little more than others will keep. Less than the table's smallest fraction is never sent. Immutable, and may be used by several threads at once.
/// </summary>
public sealed class DifficultyRule
{
    // Of exact policies: what is looked at is at most so much; larger tables are counted in steps of several images.
    private const long MaxWork = 100_000_000;

    private readonly ConfidenceTable _table;
    private readonly double[] _from;
    private readonly double[] _local;
    private readonly FractionChoice[] _choices;
    private readonly long _images;

    /// <summary>Learns from a table.</summary>
    /// <exception cref="IsthmusException">The table has no images.</exception>
    public DifficultyRule(ConfidenceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        _images = table.Bins.Sum(b => (long)b.Count);
        if (_images == 0) throw new IsthmusException(ErrorKind.Planning, $"The table of confidence of {table.DeviceModelName} has no images: calibrate again.");
        // Nobody was seen in an empty bin: it goes with the one before it.
        ConfidenceBin[] bins = [.. table.Bins.Where(b => b.Count > 0)];
        _from = [.. bins.Select(b => b.From)];
        _local = [.. bins.Select(b => (double)b.DeviceRight / b.Count)];
        _choices = [.. bins.Select(b => new FractionChoice(CurveOf(b), table.Fractions[0]))];
    }

    /// <summary>How often the device is right with images of a confidence, 0…1.</summary>
    public double LocalAccuracy(double confidence) => _local[BinOf(confidence)];

    /// <summary>Of one image, what is worth its bytes: see <see cref="FractionChoice.WorthItsBytes"/>.</summary>
    /// <param name="confidence">The device's.</param>
    /// <param name="wholeBytes">How many bytes this image takes whole.</param>
    /// <param name="perByte">λ: what a byte must bring, as a share of accuracy.</param>
    /// <param name="boundaries">Where a part of the code ends, in order; may be empty.</param>
    public FractionCut WorthItsBytes(double confidence, int wholeBytes, double perByte, ReadOnlySpan<int> boundaries = default)
    {
        int bin = BinOf(confidence);
        return _choices[bin].WorthItsBytes(wholeBytes, perByte, boundaries, _local[bin]);
    }

    /// <summary>Of one image, the most accuracy that so many bytes can bring, the device's own answer included: see <see cref="FractionChoice.WithinBytes"/>.</summary>
    /// <param name="confidence">The device's.</param>
    /// <param name="wholeBytes">How many bytes this image takes whole.</param>
    /// <param name="maxBytes">How many can be sent until the deadline.</param>
    /// <param name="boundaries">Where a part of the code ends, in order; may be empty.</param>
    public FractionCut WithinBytes(double confidence, int wholeBytes, long maxBytes, ReadOnlySpan<int> boundaries = default)
    {
        int bin = BinOf(confidence);
        return _choices[bin].WithinBytes(wholeBytes, maxBytes, boundaries, _local[bin]);
    }

    /// <summary>Of one image, the fewest bytes that such images need to be right so often: see <see cref="FractionChoice.AboveFloor"/>.</summary>
    /// <param name="confidence">The device's.</param>
    /// <param name="wholeBytes">How many bytes this image takes whole.</param>
    /// <param name="accuracy">The floor.</param>
    /// <param name="boundaries">Where a part of the code ends, in order; may be empty.</param>
    /// <returns>Null if such images are never right so often.</returns>
    public FractionCut? AboveFloor(double confidence, int wholeBytes, double accuracy, ReadOnlySpan<int> boundaries = default)
    {
        int bin = BinOf(confidence);
        return _choices[bin].AboveFloor(wholeBytes, accuracy, boundaries, _local[bin]);
    }

    /// <summary>The most accuracy − λ·cost over all images.</summary>
    /// <param name="costs">What answering and sending cost.</param>
    /// <param name="perCost">λ ≥ 0: what a unit of cost must bring, as a share of accuracy.</param>
    public CascadePolicy WorthItsCost(CascadeCosts costs, double perCost)
    {
        ArgumentNullException.ThrowIfNull(costs);
        if (!(perCost >= 0)) throw new ArgumentOutOfRangeException(nameof(perCost));
        int[] options = [.. _table.Bins.Select(b => Best(o => Right(b, o) - (perCost * b.Count * costs.Cascade(FractionOf(o)))))];
        int single = Best(o => (double)Right(o) / _images - (perCost * costs.Single(FractionOf(o))));
        return Policy(options, costs, Alike(single, costs));
    }

    /// <summary>The least cost with which at least this share of all images is answered rightly.</summary>
    /// <param name="costs">What answering and sending cost.</param>
    /// <param name="accuracy">The floor, 0…1.</param>
    /// <returns>Null if no policy reaches it.</returns>
    public CascadePolicy? AboveFloor(CascadeCosts costs, double accuracy)
    {
        ArgumentNullException.ThrowIfNull(costs);
        Frontier frontier = new(this, costs);
        long needed = (long)Math.Ceiling((accuracy * _images) - 1e-9);
        if (frontier.AtLeast(needed) is not { } options) return null;
        int[] alike = [.. Options.Where(o => Right(o) >= needed)];
        return Policy(options, costs, alike.Length == 0 ? null : Alike(alike.MinBy(o => costs.Single(FractionOf(o))), costs));
    }

    /// <summary>The most right answers at a mean cost of at most this.</summary>
    /// <param name="costs">What answering and sending cost.</param>
    /// <param name="cost">The most that an image may cost in the mean.</param>
    /// <returns>Null if even the device costs more.</returns>
    public CascadePolicy? WithinCost(CascadeCosts costs, double cost)
    {
        ArgumentNullException.ThrowIfNull(costs);
        if (new Frontier(this, costs).Within(cost * _images) is not { } options) return null;
        int[] alike = [.. Options.Where(o => costs.Single(FractionOf(o)) <= cost)];
        return Policy(options, costs, alike.Length == 0 ? null : Alike(alike.OrderBy(o => costs.Single(FractionOf(o))).MaxBy(Right), costs));
    }

    // 0: the device; then the table's fractions.
    private IEnumerable<int> Options => Enumerable.Range(0, _table.Fractions.Length + 1);

    private double FractionOf(int option) => option == 0 ? 0 : _table.Fractions[option - 1];

    private static int Right(ConfidenceBin bin, int option) => option == 0 ? bin.DeviceRight : bin.RemoteRight[option - 1];

    private long Right(int option) => _table.Bins.Sum(b => (long)Right(b, option));

    // Of what is equally good, what sends less.
    private int Best(Func<int, double> value) => Options.MaxBy(value);

    private SingleDecision Alike(int option, CascadeCosts costs) => new(FractionOf(option), (double)Right(option) / _images, costs.Single(FractionOf(option)));

    private CascadePolicy Policy(int[] options, CascadeCosts costs, SingleDecision? single)
    {
        double right = 0, cost = 0, sent = 0;
        for (int b = 0; b < options.Length; b++)
        {
            ConfidenceBin bin = _table.Bins[b];
            right += Right(bin, options[b]);
            cost += bin.Count * costs.Cascade(FractionOf(options[b]));
            sent += options[b] > 0 ? bin.Count : 0;
        }

        return new([.. options.Select(FractionOf)], right / _images, cost / _images, sent / _images, single);
    }

    private TableCurve CurveOf(ConfidenceBin bin)
    {
        CurveKnot[] knots = [.. _table.Fractions.Select((x, i) => new CurveKnot(x, (double)bin.RemoteRight[i] / bin.Count))];
        double[] weights = new double[knots.Length];
        Array.Fill(weights, 1);
        return CurveTables.Isotonic(knots, weights);
    }

    private int BinOf(double confidence)
    {
        int low = 0, high = _from.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_from[middle] <= confidence) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    // The least cost for every number of right answers, by dynamic programming over the bins: a knapsack in which each bin takes one of its options.
    private sealed class Frontier
    {
        private readonly int _step;
        private readonly double[] _least;
        private readonly ushort[][] _chosen;
        private readonly int[][] _gain;

        public Frontier(DifficultyRule rule, CascadeCosts costs)
        {
            ImmutableArray<ConfidenceBin> bins = rule._table.Bins;
            int options = rule._table.Fractions.Length + 1;
            _step = (int)Math.Max(1, Math.Ceiling((double)bins.Length * options * rule._images / MaxWork));
            // Rounded down, what is promised is kept.
            _gain = [.. bins.Select(b => rule.Options.Select(o => Right(b, o) / _step).ToArray())];
            int most = _gain.Sum(g => g.Max());
            _least = new double[most + 1];
            Array.Fill(_least, double.PositiveInfinity);
            _least[0] = 0;
            _chosen = new ushort[bins.Length][];
            int reached = 0;
            double[] next = new double[most + 1];
            for (int b = 0; b < bins.Length; b++)
            {
                Array.Fill(next, double.PositiveInfinity);
                ushort[] chosen = _chosen[b] = new ushort[most + 1];
                int best = _gain[b].Max();
                for (int o = 0; o < options; o++)
                {
                    double cost = bins[b].Count * costs.Cascade(rule.FractionOf(o));
                    int gain = _gain[b][o];
                    for (int r = 0; r <= reached; r++)
                    {
                        if (!(_least[r] + cost < next[r + gain])) continue;
                        next[r + gain] = _least[r] + cost;
                        chosen[r + gain] = (ushort)o;
                    }
                }

                reached += best;
                next.CopyTo(_least, 0);
            }
        }

        public int[]? AtLeast(long right)
        {
            int best = -1;
            for (int r = (int)Math.Min(_least.Length, Math.Max(0, (right + _step - 1) / _step)); r < _least.Length; r++)
            {
                if (!double.IsPositiveInfinity(_least[r]) && (best < 0 || _least[r] < _least[best])) best = r;
            }

            return best < 0 ? null : Back(best);
        }

        public int[]? Within(double cost)
        {
            int best = Array.FindLastIndex(_least, c => c <= cost + (1e-9 * Math.Abs(cost)));
            return best < 0 ? null : Back(best);
        }

        private int[] Back(int right)
        {
            int[] options = new int[_chosen.Length];
            for (int b = options.Length - 1; b >= 0; b--)
            {
                options[b] = _chosen[b][right];
                right -= _gain[b][options[b]];
            }

            return options;
        }
    }
}
