using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>Numbers the joint actions in which every user is served, and knows which of them keep to the wanted mean accuracy.</summary>
internal sealed class JointActions
{
    private const int Tries = 100;

    private readonly ActionSpace _space;
    private readonly int[][] _served;
    private readonly int[][] _position;
    private readonly AccuracyGoal? _mask;
    private readonly int[] _mostAccurate;

    /// <summary>Numbers them.</summary>
    /// <param name="space">What users may do.</param>
    /// <param name="rewards">How the wanted accuracy is kept to.</param>
    /// <exception cref="IsthmusException">The space is not sane, or a user or a goal that must be kept to cannot be served.</exception>
    public JointActions(ActionSpace space, RewardRule rewards)
    {
        space.Validate();
        rewards.Validate();
        _space = space;
        _served = [.. space.Users.Select(u => Enumerable.Range(0, u.Actions.Length).Where(a => u.Actions[a].Accuracy >= (u.MinAccuracy ?? 0) - JointProblem.Tolerance).ToArray())];
        int nobody = Array.FindIndex(_served, s => s.Length == 0);
        if (nobody >= 0) throw new IsthmusException(ErrorKind.Planning, $"Nothing in the menu of {space.Users[nobody].Name} is as accurate as they want: lower their accuracy.");
        _position = [.. space.Users.Select((u, i) => Enumerable.Range(0, u.Actions.Length).Select(a => Array.IndexOf(_served[i], a)).ToArray())];
        _mask = rewards.Rule == AccuracyRule.Known && rewards.Goal is { MinMean: > 0, MsPerMissing: null } ? rewards.Goal : null;
        _mostAccurate = [.. _served.Select((s, u) => s.MaxBy(a => space.Users[u].Actions[a].Accuracy))];
        Count = _served.Aggregate(1.0, static (n, s) => n * s.Length);
        if (_mask is not null && !_mask.Allows(space.MeanAccuracy(_mostAccurate)))
            throw new IsthmusException(ErrorKind.Planning, $"No joint action has the wanted mean accuracy of {_mask.MinMean:0.###}: at most {space.MeanAccuracy(_mostAccurate):0.###} can be had.");
    }

    /// <summary>How many there are, kept to the accuracy or not.</summary>
    public double Count { get; }

    public int Users => _served.Length;

    /// <summary>The actions of a user in which the user is served.</summary>
    public ReadOnlySpan<int> Served(int user) => _served[user];

    /// <summary>The position among <see cref="Served"/> of an action; −1 if the user is not served by it.</summary>
    public int Position(int user, int action) => (uint)action < (uint)_position[user].Length ? _position[user][action] : -1;

    /// <summary>The number of a joint action; −1 if a user is not served.</summary>
    public long Number(ReadOnlySpan<int> choices)
    {
        long number = 0;
        for (int u = 0; u < _served.Length; u++)
        {
            int position = Position(u, choices[u]);
            if (position < 0) return -1;
            number = (number * _served[u].Length) + position;
        }

        return number;
    }

    public void Choices(long number, Span<int> choices)
    {
        for (int u = _served.Length - 1; u >= 0; u--)
        {
            (number, long position) = Math.DivRem(number, _served[u].Length);
            choices[u] = _served[u][position];
        }
    }

    /// <summary>Whether a joint action may be chosen.</summary>
    public bool Allows(ReadOnlySpan<int> choices) => _mask is null || _mask.Allows(_space.MeanAccuracy(choices));

    /// <summary>Of each joint action whether it may be chosen; null if all may.</summary>
    public bool[]? Mask()
    {
        if (_mask is null) return null;
        bool[] mask = new bool[(int)Count];
        Span<int> choices = stackalloc int[_served.Length];
        for (int i = 0; i < mask.Length; i++)
        {
            Choices(i, choices);
            mask[i] = Allows(choices);
        }

        return mask;
    }

    /// <summary>A random joint action that may be chosen: all equally likely, unless hardly any may be, then the most accurate one with some users' actions changed.</summary>
    public void Random(SeededRandom random, Span<int> choices)
    {
        for (int i = 0; i < Tries; i++)
        {
            for (int u = 0; u < choices.Length; u++) choices[u] = _served[u][random.Next(_served[u].Length)];
            if (Allows(choices)) return;
        }

        MostAccurate(choices);
        for (int i = 0; i < choices.Length; i++)
        {
            int u = random.Next(choices.Length), before = choices[u];
            choices[u] = _served[u][random.Next(_served[u].Length)];
            if (!Allows(choices)) choices[u] = before;
        }
    }

    /// <summary>What is done before anything is known: the most accurate action of each user.</summary>
    public void MostAccurate(Span<int> choices) => _mostAccurate.CopyTo(choices);
}
