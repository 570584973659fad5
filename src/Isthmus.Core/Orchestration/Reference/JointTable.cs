namespace Isthmus.Core.Orchestration.Reference;

/// <summary>
/// A joint problem as flat arrays, for the searches: what serves a user, ordered by place (0 is the own device, then the nodes), with its accuracy and its times by the number of
/// users of the node. It can be filled again and again without making garbage.
/// </summary>
internal sealed class JointTable
{
    private double[] _ms = [];
    private int[] _offset = [], _length = [], _choice = [], _start = [];
    private double[] _accuracy = [];
    private int _options, _times, _user, _place;

    /// <summary>The number of users.</summary>
    public int Users { get; private set; }

    /// <summary>The number of places: the own device, and each node.</summary>
    public int Places { get; private set; }

    /// <summary>The sum of accuracies over the users below which something is missing, less what sums of floating-point numbers lose; 0 for any.</summary>
    public double Wanted { get; private set; }

    /// <summary>What a unit of missing accuracy costs in milliseconds of the sum of times; infinite if none may be missing.</summary>
    public double Price { get; private set; }

    /// <summary>Whether any accuracy is wanted of all users together.</summary>
    public bool HasGoal => Wanted > 0 && Price > 0;

    /// <summary>Begins to fill the table: then for each user in turn, for each place in turn, the options.</summary>
    public void Begin(int users, int nodes, double? minMean, double? msPerMissing)
    {
        Users = users;
        Places = nodes + 1;
        Wanted = Math.Max(0, ((minMean ?? 0) - JointProblem.Tolerance) * users);
        Price = minMean is null ? 0 : msPerMissing ?? double.PositiveInfinity;
        _options = _times = _user = _place = 0;
        if (_start.Length < (users * Places) + 1) _start = new int[(users * Places) + 1];
        _start[0] = 0;
    }

    /// <summary>Adds an option to the current user and place, and gives its times to be filled.</summary>
    /// <param name="choice">Its position in the user's menu.</param>
    /// <param name="accuracy">Its accuracy.</param>
    /// <param name="times">The number of times: by users of the node; the last holds for more.</param>
    public Span<double> Add(int choice, double accuracy, int times)
    {
        if (_options == _offset.Length)
        {
            int size = Math.Max(64, 2 * _options);
            Array.Resize(ref _offset, size);
            Array.Resize(ref _length, size);
            Array.Resize(ref _choice, size);
            Array.Resize(ref _accuracy, size);
        }

        if (_times + times > _ms.Length) Array.Resize(ref _ms, Math.Max(_times + times, 2 * _ms.Length));
        (_offset[_options], _length[_options], _choice[_options], _accuracy[_options]) = (_times, times, choice, accuracy);
        _options++;
        _times += times;
        return _ms.AsSpan(_times - times, times);
    }

    /// <summary>Ends a place; after the last one, the user.</summary>
    public void EndPlace()
    {
        _start[(_user * Places) + _place + 1] = _options;
        if (++_place == Places) (_user, _place) = (_user + 1, 0);
    }

    /// <summary>The table of a problem; options that do not serve their users are left out.</summary>
    public static JointTable Of(JointProblem problem, JointTable? into = null)
    {
        JointTable table = into ?? new();
        table.Begin(problem.Users.Length, problem.Nodes.Length, problem.MinMeanAccuracy, problem.MsPerMissingAccuracy);
        foreach (User user in problem.Users)
        {
            for (int p = 0; p < table.Places; p++)
            {
                for (int i = 0; i < user.Options.Length; i++)
                {
                    UserOption option = user.Options[i];
                    if (option.Node != p - 1 || !JointProblem.Serves(user, option)) continue;
                    if (p == 0) table.Add(i, option.Accuracy, 1)[0] = option.Ms[0];
                    else option.Ms.AsSpan(0, Math.Min(option.Ms.Length, table.Users)).CopyTo(table.Add(i, option.Accuracy, Math.Min(option.Ms.Length, table.Users)));
                }

                table.EndPlace();
            }
        }

        return table;
    }

    /// <summary>The first option of a user at a place; the one after the last is the first of the next place.</summary>
    public int First(int user, int place) => _start[(user * Places) + place];

    /// <summary>The place of an option of a user.</summary>
    public int PlaceOf(int user, int option)
    {
        int place = 0;
        while (option >= First(user, place + 1)) place++;
        return place;
    }

    /// <summary>Finds a user's option by its position in the menu; −1 if it is not there.</summary>
    public int Find(int user, int choice)
    {
        for (int o = First(user, 0); o < First(user + 1, 0); o++)
        {
            if (_choice[o] == choice) return o;
        }

        return -1;
    }

    /// <summary>The position of an option in the user's menu.</summary>
    public int Choice(int option) => _choice[option];

    /// <summary>The accuracy of an option.</summary>
    public double Accuracy(int option) => _accuracy[option];

    /// <summary>The time of an option if so many users share its node.</summary>
    public double Ms(int option, int users) => _ms[_offset[option] + Math.Clamp(users, 1, _length[option]) - 1];

    /// <summary>What is minimised, times the number of users, of a joint decision; infinite if it is none.</summary>
    public double ScoreOf(ReadOnlySpan<int> choices)
    {
        Span<int> counts = stackalloc int[Places], options = stackalloc int[Users];
        for (int u = 0; u < Users; u++)
        {
            options[u] = Find(u, choices[u]);
            if (options[u] < 0) return double.PositiveInfinity;
            counts[PlaceOf(u, options[u])]++;
        }

        double ms = 0, accuracy = 0;
        for (int u = 0; u < Users; u++)
        {
            ms += Ms(options[u], counts[PlaceOf(u, options[u])]);
            accuracy += Accuracy(options[u]);
        }

        return Score(ms, accuracy);
    }

    /// <summary>What is minimised, times the number of users: the sum of times and what is missing of the accuracy; infinite if it may not be missing.</summary>
    public double Score(double ms, double accuracy)
    {
        double missing = Wanted - accuracy;
        return missing <= 0 || Price == 0 ? ms : ms + (missing * Price);
    }
}
