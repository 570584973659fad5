using Isthmus.Core.Errors;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// Easy images are answered on the device, hard ones are sent further: the device's confidence says which is which, as far as a <see cref="ConfidenceTable"/> knows. For each bin of
/// confidence the table says how often the device is right, and how often the remote network with each fraction; what follows is exact for the table. Less than the table's
/// smallest fraction is never sent. Immutable, and may be used by several threads at once.
/// <para>
/// Policies are found over the table's own images, and would follow their chances: the best policy over bins of 17 images promised 90 % and kept 86 % of other images. So bins are merged
/// until they have <see cref="DefaultImages"/> images, and who is surer is never sent more of: of the same promise 89.7 % is kept then.
/// </para>
/// </summary>
public sealed class DifficultyRule
{
    /// <summary>How many images a bin has at least, if there are so many.</summary>
    public const int DefaultImages = 60;

    // Of exact policies: what is looked at is at most so much; larger tables are counted in steps of several images.
    private const long MaxWork = 20_000_000;

    private readonly ConfidenceTable _table;
    private readonly ConfidenceBin[] _bins;
    private readonly int[] _group;
    private readonly double[] _local;
    private readonly FractionChoice[] _choices;
    private readonly long _images;

    /// <summary>Learns from a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="images">How many images a bin has at least; neighbours with fewer are merged.</param>
    /// <exception cref="IsthmusException">The table has no images.</exception>
    public DifficultyRule(ConfidenceTable table, int images = DefaultImages)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        _table = table;
        _images = table.Bins.Sum(b => (long)b.Count);
        if (_images == 0) throw new IsthmusException(ErrorKind.Planning, $"The table of confidence of {table.DeviceModelName} has no images: calibrate again.");
        List<ConfidenceBin> merged = [];
        _group = new int[table.Bins.Length];
        for (int b = 0; b < _group.Length; b++)
        {
            ConfidenceBin bin = table.Bins[b];
            // Nobody was seen in an empty bin: it goes with the one before it.
            bool joins = merged.Count > 0 && (bin.Count == 0 || merged[^1].Count < images);
            if (joins) merged[^1] = Joined(merged[^1], bin);
            else merged.Add(bin);
            _group[b] = merged.Count - 1;
        }

        if (merged.Count > 1 && merged[^1].Count < images)
        {
            merged[^2] = Joined(merged[^2], merged[^1]);
            merged.RemoveAt(merged.Count - 1);
            for (int b = 0; b < _group.Length; b++) _group[b] = Math.Min(_group[b], merged.Count - 1);
        }

        _bins = [.. merged];
        _local = [.. _bins.Select(b => (double)b.DeviceRight / b.Count)];
        _choices = [.. _bins.Select(b => new FractionChoice(CurveOf(b), table.Fractions[0]))];
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
        int[] options = Falling((b, o) => Right(b, o) - (perCost * b.Count * costs.Cascade(FractionOf(o))));
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

    private long Right(int option) => _bins.Sum(b => (long)Right(b, option));

    // Of what is equally good, what sends less.
    private int Best(Func<int, double> value) => Options.MaxBy(value);

    private SingleDecision Alike(int option, CascadeCosts costs) => new(FractionOf(option), (double)Right(option) / _images, costs.Single(FractionOf(option)));

    private CascadePolicy Policy(int[] options, CascadeCosts costs, SingleDecision? single)
    {
        double right = 0, cost = 0, sent = 0;
        for (int b = 0; b < options.Length; b++)
        {
            ConfidenceBin bin = _bins[b];
            right += Right(bin, options[b]);
            cost += bin.Count * costs.Cascade(FractionOf(options[b]));
            sent += options[b] > 0 ? bin.Count : 0;
        }

        return new([.. _group.Select(g => FractionOf(options[g]))], right / _images, cost / _images, sent / _images, single);
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
        int low = 0, high = _bins.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_bins[middle].From <= confidence) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    private static ConfidenceBin Joined(ConfidenceBin a, ConfidenceBin b) =>
        new(a.From, a.Count + b.Count, a.DeviceRight + b.DeviceRight, [.. a.RemoteRight.Zip(b.RemoteRight, (x, y) => x + y)]);

    // By bin, options that do not rise with the confidence and have the largest sum of values.
    private int[] Falling(Func<ConfidenceBin, int, double> value)
    {
        int options = _table.Fractions.Length + 1;
        double[] best = new double[options];
        int[][] before = new int[_bins.Length][];
        for (int b = 0; b < _bins.Length; b++)
        {
            double[] next = new double[options];
            before[b] = new int[options];
            int from = options - 1;
            for (int o = options - 1; o >= 0; o--)
            {
                if (best[o] >= best[from]) from = o;
                before[b][o] = from;
                next[o] = best[from] + value(_bins[b], o);
            }

            best = next;
        }

        int[] chosen = new int[_bins.Length];
        int at = Array.IndexOf(best, best.Max());
        for (int b = chosen.Length - 1; b >= 0; b--)
        {
            chosen[b] = at;
            at = before[b][at];
        }

        return chosen;
    }

    // The least cost for every number of right answers, by dynamic programming over the bins: a knapsack in which each bin takes one of its options, and none a larger one than the bin before.
    private sealed class Frontier
    {
        private readonly int _step;
        private readonly int _most;
        private readonly double[][] _least;
        private readonly ushort[][][] _before;
        private readonly int[][] _gain;

        public Frontier(DifficultyRule rule, CascadeCosts costs)
        {
            ConfidenceBin[] bins = rule._bins;
            int options = rule._table.Fractions.Length + 1;
            _step = (int)Math.Max(1, Math.Ceiling((double)bins.Length * options * rule._images / MaxWork));
            // Rounded down, what is promised is kept.
            _gain = [.. bins.Select(b => rule.Options.Select(o => Right(b, o) / _step).ToArray())];
            _most = _gain.Sum(g => g.Max());
            _least = Table(options);
            foreach (double[] least in _least) least[0] = 0;
            _before = new ushort[bins.Length][][];
            for (int b = 0; b < bins.Length; b++)
            {
                double[][] next = Table(options);
                _before[b] = new ushort[options][];
                // The cheapest way to so many right answers whose last option is at least this one.
                double[] cheapest = new double[_most + 1];
                ushort[] by = new ushort[_most + 1];
                Array.Fill(cheapest, double.PositiveInfinity);
                for (int o = options - 1; o >= 0; o--)
                {
                    ushort[] before = _before[b][o] = new ushort[_most + 1];
                    double cost = bins[b].Count * costs.Cascade(rule.FractionOf(o));
                    int gain = _gain[b][o];
                    for (int r = 0; r <= _most; r++)
                    {
                        if (_least[o][r] <= cheapest[r]) (cheapest[r], by[r]) = (_least[o][r], (ushort)o);
                        if (r + gain > _most) continue;
                        next[o][r + gain] = cheapest[r] + cost;
                        before[r + gain] = by[r];
                    }
                }

                _least = next;
            }
        }

        public int[]? AtLeast(long right)
        {
            (int Option, int Right) best = (-1, 0);
            for (int o = 0; o < _least.Length; o++)
            {
                for (int r = (int)Math.Min(_most + 1L, Math.Max(0, (right + _step - 1) / _step)); r <= _most; r++)
                {
                    if (!double.IsPositiveInfinity(_least[o][r]) && (best.Option < 0 || _least[o][r] < _least[best.Option][best.Right])) best = (o, r);
                }
            }

            return best.Option < 0 ? null : Back(best.Option, best.Right);
        }

        public int[]? Within(double cost)
        {
            double most = cost + (1e-9 * Math.Abs(cost));
            for (int r = _most; r >= 0; r--)
            {
                for (int o = 0; o < _least.Length; o++)
                {
                    if (_least[o][r] <= most) return Back(o, r);
                }
            }

            return null;
        }

        private double[][] Table(int options)
        {
            double[][] table = new double[options][];
            for (int o = 0; o < options; o++)
            {
                table[o] = new double[_most + 1];
                Array.Fill(table[o], double.PositiveInfinity);
            }

            return table;
        }

        private int[] Back(int option, int right)
        {
            int[] options = new int[_before.Length];
            for (int b = options.Length - 1; b >= 0; b--)
            {
                options[b] = option;
                int before = _before[b][option][right];
                right -= _gain[b][option];
                option = before;
            }

            return options;
        }
    }
}
