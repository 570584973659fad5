using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;

namespace Isthmus.Runtime.Calibration;

/// <summary>The first pass: what the un-split network says of each image, with which everything else is compared.</summary>
internal sealed class ReferencePass(CalibrationContext context, CalibrationImages images, CalibrationJournal journal)
{
    private readonly Dictionary<CalibrationImage, ReferenceAnswer> _answers = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _unusable = [];
    private readonly List<double> _runs = [.. journal.Whole?.Runs ?? []];
    private readonly List<double> _decodes = [.. journal.Whole?.Decodes ?? []];

    /// <summary>The images that are pictures, in the order of processing.</summary>
    public ImmutableArray<CalibrationImage> Usable => [.. images.InOrder.Where(_answers.ContainsKey)];

    /// <summary>Files that are no pictures, with the reason.</summary>
    public IReadOnlyList<string> Unusable => _unusable;

    /// <summary>Milliseconds of the whole network's runs that were timed.</summary>
    public IReadOnlyList<double> Runs => _runs;

    /// <summary>Milliseconds from file to input.</summary>
    public IReadOnlyList<double> Decodes => _decodes;

    /// <summary>What the un-split network says of an image.</summary>
    public ReferenceAnswer Of(CalibrationImage image) => _answers[image];

    /// <summary>Asks it about every image that it was not asked about before.</summary>
    /// <exception cref="IsthmusException">None of the files is a picture, or a label is no class of the network.</exception>
    public void Run(Action<int> done, CancellationToken cancellationToken)
    {
        using NetworkSession whole = context.Load(null, null, context.Options.Session);
        List<JournalAnswer> unwritten = [];
        IsthmusException? last = null;
        bool warm = false;
        for (int i = 0; i < images.InOrder.Length; i++)
        {
            CalibrationImage image = images.InOrder[i];
            if (!journal.Answers.TryGetValue(i, out JournalAnswer? answer))
            {
                try
                {
                    ReferenceAnswer seen = Ask(whole, image, ref warm, cancellationToken);
                    answer = new(i, seen.First, seen.Right1, seen.Right5, null);
                }
                catch (IsthmusException e) when (e.Kind == ErrorKind.Data)
                {
                    last = e;
                    answer = new(i, -1, false, false, e.Message);
                }

                unwritten.Add(answer);
                if (journal.Due || i == images.InOrder.Length - 1)
                {
                    journal.Write(new() { Answers = [.. unwritten], Runs = [.. _runs], Decodes = [.. _decodes] });
                    unwritten.Clear();
                }
            }

            if (answer.Unusable is { } why) _unusable.Add($"{image.Name}: {why}");
            else _answers[image] = new(answer.First, answer.Right1, answer.Right5);
            done(i + 1);
        }

        if (_answers.Count == 0) throw last ?? new IsthmusException(ErrorKind.File, "None of the files is a picture: give a folder with --images.");
    }

    private ReferenceAnswer Ask(NetworkSession whole, CalibrationImage image, ref bool warm, CancellationToken cancellationToken)
    {
        bool timed = _runs.Count < context.Options.Repeats;
        if (timed)
        {
            byte[] file = image.Read();
            // The first decoding loads libraries.
            if (!warm) context.Network.Preprocessor.FromFile(file, image.Name).Dispose();
            CalibrationContext.Idle(cancellationToken);
            long start = context.Options.Clock.GetTimestamp();
            context.Network.Preprocessor.FromFile(file, image.Name).Dispose();
            _decodes.Add(context.Since(start));
        }

        bool first = !warm;
        warm = true;
        Tensor[] outputs = [];
        image.WithInput(context.Network.Preprocessor, context.Memory, input =>
        {
            if (first) Array.ForEach(whole.Run([input], cancellationToken), t => t.Dispose());
            long start = context.Options.Clock.GetTimestamp();
            outputs = whole.Run([input], cancellationToken);
            if (timed) _runs.Add(Milliseconds.Since(context.Options.Clock, start).Value);
        });
        long classes = outputs[0].Shape.ElementCount - context.Network.Manifest.LabelOffset;
        ReferenceAnswer answer = context.Answer(outputs, image.Label);
        return image.Label is not { } label || label < classes ? answer
            : throw new IsthmusException(ErrorKind.Usage, $"The labels say that {image.Name} is of class {label}, and the network has {classes} classes, counted from 0: do they belong together?");
    }
}
