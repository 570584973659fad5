using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Calibration;

/// <summary>What a small network on the device says of each image by itself, and how sure it is.</summary>
internal sealed class ConfidencePass
{
    private const int MostBins = 20;

    // Fewer images than this in a bin say nothing about its share.
    private const int LeastInBin = 10;

    private readonly CalibrationContext _context;
    private readonly Network _device;
    private readonly CalibrationJournal _journal;
    private double[] _confidences = [];
    private bool[] _right = [];
    private int[] _bins = [];
    private double[] _from = [];

    public ConfidencePass(CalibrationContext context, Network device, CalibrationJournal journal)
    {
        if (device.Model.Graph.Inputs.Length != 1)
            throw new IsthmusException(ErrorKind.Model, $"'{device.Model.Name}' has {device.Model.Graph.Inputs.Length} inputs; a picture can be given to networks with one.");
        _context = context;
        _device = device;
        _journal = journal;
    }

    /// <summary>How many bins of confidence there are.</summary>
    public int Bins => _from.Length;

    /// <summary>The bin of an image, by its number in the order of processing.</summary>
    public int BinOf(int image) => _bins[image];

    /// <summary>Asks it about every image that it was not asked about before.</summary>
    public void Run(ImmutableArray<CalibrationImage> images, Func<CalibrationImage, ReferenceAnswer> reference, Action<int> done, CancellationToken cancellationToken)
    {
        _confidences = new double[images.Length];
        _right = new bool[images.Length];
        using NetworkSession session = NetworkSession.Create(_device.Model.File, _context.Options.Session);
        List<JournalConfidence> unwritten = [];
        for (int i = 0; i < images.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_journal.Confidences.TryGetValue(i, out JournalConfidence? answer))
            {
                ClassScore first = Ask(session, images[i], cancellationToken);
                answer = new(i, Math.Clamp(first.Score, 0, 1), first.Index == (images[i].Label ?? reference(images[i]).First));
                unwritten.Add(answer);
                if (_journal.Due || i == images.Length - 1)
                {
                    _journal.Write(new() { Confidences = [.. unwritten] });
                    unwritten.Clear();
                }
            }

            (_confidences[i], _right[i]) = (answer.Confidence, answer.Right);
            done(i + 1);
        }

        Divide();
    }

    /// <summary>What was seen, with what the remote network made of the points of a family.</summary>
    /// <param name="curve">The family's curve: its points' fractions.</param>
    /// <param name="tally">The family's counts.</param>
    /// <param name="points">Which of the family's points are the curve's, in their order.</param>
    public ConfidenceTable Table(InputCurve curve, CurveTally tally, IReadOnlyList<int> points) => new(
        _device.Model.Hash, _device.Model.Name, curve.Family, [.. curve.Points.Select(p => p.Fraction)],
        [.. Enumerable.Range(0, Bins).Select(bin => new ConfidenceBin(_from[bin], _bins.Count(b => b == bin), _bins.Where((b, i) => b == bin && _right[i]).Count(), tally.RightInBin(bin, points)))]);

    private ClassScore Ask(NetworkSession session, CalibrationImage image, CancellationToken cancellationToken)
    {
        using Tensor input = _device.Preprocessor.FromFile(image.Read(), image.Name);
        Tensor[] outputs = session.Run([input], cancellationToken);
        try
        {
            long classes = outputs[0].Shape.ElementCount - _device.Manifest.LabelOffset, others = (_context.Analysis.Outputs[0].ByteLength / sizeof(float)) - _context.Network.Manifest.LabelOffset;
            if (classes != others)
                throw new IsthmusException(ErrorKind.Usage, $"{_device.Model.Name} knows {classes} classes, and {_context.Network.Model.Name} {others}: the device's network must answer the same question.");
            ClassScore first = _device.Classifier.Top(outputs[0], 1)[0];
            return first.Score is >= 0 and <= 1.001 ? first
                : throw new IsthmusException(ErrorKind.Model, $"The outputs of {_device.Model.Name} are no probabilities, so they say nothing about its confidence: its manifest must say 'softmax'.");
        }
        finally
        {
            foreach (Tensor output in outputs) output.Dispose();
        }
    }

    // Bins of about as many images each; equal confidences are in the same.
    private void Divide()
    {
        double[] sorted = [.. _confidences.Order()];
        int wanted = Math.Clamp(sorted.Length / LeastInBin, 1, MostBins);
        _from = [.. Enumerable.Range(0, wanted).Select(b => b == 0 ? 0 : sorted[(int)((long)b * sorted.Length / wanted)]).Distinct()];
        _bins = [.. _confidences.Select(c => Array.FindLastIndex(_from, f => c >= f))];
    }
}
