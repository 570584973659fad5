using System.Collections.Immutable;
using System.Diagnostics;
using Isthmus.Bench.Compression;
using Isthmus.Bench.Probabilities;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Sessions;

namespace Isthmus.Bench.Inputs;

/// <summary>
/// `bench input`: what accuracy each form of a picture reaches with how many bytes: parts of a progressive JPEG, JPEGs and WebPs of lower quality, smaller ones, and parts of
/// the embedded code.
/// </summary>
public static class InputComparison
{
    /// <summary>What the user types after `bench`.</summary>
    public const string Name = "input";

    /// <summary>One sentence: what is compared with what.</summary>
    public const string Summary = "Bytes and answers of every form in which a picture crosses: the embedded code beside parts of JPEGs, lower qualities, WebP and smaller pictures (--models, --images).";

    // Photographs that are timed, at most, and first calls, which wait for the compiler.
    private const int Timed = 41, WarmUps = 5;

    /// <summary>Measures.</summary>
    /// <param name="options">What.</param>
    /// <param name="progress">Told before each form.</param>
    /// <param name="cancellationToken">Ends the run between two photographs.</param>
    /// <exception cref="IsthmusException">A model or the photographs are absent or damaged.</exception>
    public static InputReport Run(InputOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        if (!Directory.Exists(options.Images)) throw new IsthmusException(ErrorKind.File, $"There is no folder {options.Images}: give the folder of the photographs as --images.");
        ImmutableArray<LabelledImage> images = LabelledImages.Load(options.Images, options.Labels ?? LabelsOf(options.Images));
        if (options.Quick) images = [.. images.Where((_, i) => i % 4 == 0)];
        if (options.Photographs is { } most) images = [.. images.Take(most)];
        List<InputRow> rows = [];
        foreach (string name in options.Networks)
        {
            BenchNetwork network = BenchNetwork.Load(options.Models, name, options.Root, cancellationToken);
            byte[] model = SegmentExtractor.WithOutputs(network.Model, []);
            NetworkSession[] sessions = [.. Enumerable.Range(0, Workers.Count).Select(_ => NetworkSession.Create(model, SessionSettings.Default with { Threads = 1 }))];
            try
            {
                double share = 1.0 / options.Networks.Length;
                rows.Add(Measure(name, network, sessions, images, options.Forms, (text, done) => progress.Report(new(text, Math.Min(1, share * (rows.Count + done)))), cancellationToken));
            }
            finally
            {
                foreach (NetworkSession session in sessions) session.Dispose();
            }
        }

        return new(options.Quick, [.. rows]);
    }

    private static string? LabelsOf(string images) => new[] { Path.Combine(images, "labels.csv"), Path.Combine(Path.GetFullPath(images), "..", "labels.csv") }.FirstOrDefault(File.Exists);

    private static InputRow Measure(
        string name, BenchNetwork network, NetworkSession[] sessions, ImmutableArray<LabelledImage> images, ImmutableArray<InputEncoding> forms, Action<string, double> progress,
        CancellationToken cancellationToken)
    {
        ImagePreprocessor preprocessor = new(network.Manifest);
        Classifier classifier = new(network.Manifest);
        byte[][] files = [.. images.Select(i => File.ReadAllBytes(i.Path))];
        int[] answers = new int[files.Length];
        float[][] probabilities = new float[files.Length][];
        progress($"{name}: the pictures themselves", 0);
        Workers.Run(files.Length, sessions, (session, i) =>
        {
            using Tensor input = preprocessor.FromFile(files[i], images[i].Name);
            (answers[i], probabilities[i]) = Answer(session, classifier, input, cancellationToken);
        }, cancellationToken);

        double? Top1(int[] given) => images.Any(i => i.ClassIndex is null) ? null : given.Where((a, i) => a == images[i].ClassIndex).Count() / (double)given.Length;
        List<MeasuredInput> settings = [];
        int done = 0;
        // A part is cut from the whole that was encoded once.
        foreach (IGrouping<InputEncoding, InputEncoding> family in forms.Distinct().GroupBy(f => f.Whole))
        {
            byte[][] wholes = new byte[files.Length][];
            Workers.Run(files.Length, sessions, (_, i) => wholes[i] = preprocessor.Encode(files[i], family.Key, images[i].Name), cancellationToken);
            double? encodeMs = null;
            foreach (InputEncoding form in family)
            {
                progress($"{name}: {form}", (double)done++ / forms.Length);
                int[] lengths = new int[files.Length], given = new int[files.Length];
                double[] divergences = new double[files.Length];
                Workers.Run(files.Length, sessions, (session, i) =>
                {
                    lengths[i] = ImagePreprocessor.PartOf(wholes[i], form);
                    using Tensor input = preprocessor.FromEncoded(wholes[i].AsMemory(0, lengths[i]), form);
                    (given[i], float[] reached) = Answer(session, classifier, input, cancellationToken);
                    divergences[i] = OutputDivergence.Of(probabilities[i], reached);
                }, cancellationToken);
                bool[] agrees = [.. given.Zip(answers, (a, b) => a == b)];
                encodeMs ??= EncodeTime(preprocessor, files, family.Key, cancellationToken);
                settings.Add(new(form, lengths.Average(), agrees.Count(a => a) / (double)files.Length, Top1(given), divergences.Average())
                {
                    EncodeMs = encodeMs,
                    DecodeMs = DecodeTime(preprocessor, wholes, form, cancellationToken),
                    Lengths = [.. lengths],
                    Agrees = [.. agrees],
                    Divergences = [.. divergences],
                });
            }
        }

        bool[] unseen = [.. images.Select(i => !PictureStart.IsLearntFrom(i.Name))];
        return new(
            name, network.Manifest.Width, network.Manifest.Height, files.Length, unseen.Count(u => u), Top1(answers), [.. settings],
            [
                .. EqualAccuracy.Of(EqualAccuracy.All, settings),
                .. unseen.Any(u => u) ? EqualAccuracy.Of(EqualAccuracy.Unseen, [.. settings.Select(s => s.Of(unseen))]) : [],
            ]);
    }

    private static (int Class, float[] Probabilities) Answer(NetworkSession session, Classifier classifier, Tensor input, CancellationToken cancellationToken)
    {
        Tensor[] outputs = session.Run([input], cancellationToken);
        (int, float[]) answer = (classifier.Top(outputs[0], 1)[0].Index, OutputDivergence.Probabilities(outputs[0].Floats));
        foreach (Tensor output in outputs) output.Dispose();
        return answer;
    }

    // Beside what decoding, cropping and scaling the file takes, which any form must.
    private static double EncodeTime(ImagePreprocessor preprocessor, byte[][] files, InputEncoding form, CancellationToken cancellationToken) =>
        Math.Max(0, Median(files.Length, i => preprocessor.Encode(files[i], form), cancellationToken) - Median(files.Length, i => preprocessor.Encode(files[i], InputEncoding.Pixels), cancellationToken));

    // Beside what turning pixels into the input takes.
    private static double DecodeTime(ImagePreprocessor preprocessor, byte[][] wholes, InputEncoding form, CancellationToken cancellationToken)
    {
        byte[] pixels = new byte[preprocessor.Manifest.Width * preprocessor.Manifest.Height * preprocessor.Manifest.Channels];
        double decode = Median(wholes.Length, i => preprocessor.FromEncoded(wholes[i].AsMemory(0, ImagePreprocessor.PartOf(wholes[i], form)), form).Dispose(), cancellationToken);
        return Math.Max(0, decode - Median(wholes.Length, _ => preprocessor.FromEncoded(pixels, InputEncoding.Pixels).Dispose(), cancellationToken));
    }

    private static double Median(int count, Action<int> work, CancellationToken cancellationToken)
    {
        List<double> times = [];
        for (int i = -WarmUps; i < Math.Min(Timed, count); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            work(Math.Max(i, 0));
            if (i >= 0) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
