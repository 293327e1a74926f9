//! The closed lists of words that `rules/stack/*.toml` may use. The build reads this file too, so that a misspelt
//! word fails it. What each word means stands in `rules/stack/README.md`.

macro_rules! words {
    ($(#[$doc:meta])* $enum:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $enum { $($variant),* }

        impl $enum {
            pub const ALL: &'static [($enum, &'static str)] = &[$(($enum::$variant, $word)),*];

            #[allow(dead_code, reason = "the build looks words up, the checker prints them")]
            pub const fn word(self) -> &'static str {
                match self { $($enum::$variant => $word),* }
            }

            #[allow(dead_code, reason = "the build looks words up, the checker prints them")]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, known)| *known == word).map(|(variant, _)| *variant)
            }
        }
    };
}

words! {
    /// What a call waits for, or which kind of system it reaches.
    System {
        Http = "http",
        Database = "database",
        Vector = "vector",
        Model = "model",
        Cache = "cache",
        Broker = "broker",
        Storage = "storage",
        Mail = "mail",
        Socket = "socket",
        Mcp = "mcp",
        File = "file",
        Metadata = "metadata",
        Sleep = "sleep",
        Subprocess = "subprocess",
        Input = "input",
        Wait = "wait",
        Cpu = "cpu",
        Loop = "loop",
    }
}

words! {
    /// What a callable does, beyond waiting.
    Tag {
        Offloads = "offloads",
        StartsTask = "starts_task",
        Gathers = "gathers",
        AwaitsTasks = "awaits_tasks",
        Pauses = "pauses",
        BoundsTime = "bounds_time",
        AfterResponse = "after_response",
        RegistersJob = "registers_job",
        StartsScheduler = "starts_scheduler",
        RepeatsFunction = "repeats_function",
        QueuesFunction = "queues_function",
        TakesDistributedLock = "takes_distributed_lock",
        HearsOthers = "hears_others",
        MakesSession = "makes_session",
        BuildsStatement = "builds_statement",
        WritesStatement = "writes_statement",
        ResolvesConflict = "resolves_conflict",
        LocksRows = "locks_rows",
        Executes = "executes",
        Fetches = "fetches",
        AddsRow = "adds_row",
        DeletesRow = "deletes_row",
        Flushes = "flushes",
        Commits = "commits",
        RollsBack = "rolls_back",
        Closes = "closes",
        WritesOutside = "writes_outside",
        Retries = "retries",
        InvokesModel = "invokes_model",
        InvokesGraph = "invokes_graph",
        CompilesGraph = "compiles_graph",
        ManyInputs = "many_inputs",
        EmbedsMany = "embeds_many",
        Branches = "branches",
        QueuesMany = "queues_many",
        RetriesTools = "retries_tools",
        Caches = "caches",
        CachesWithoutEnd = "caches_without_end",
        ReadsEnvironment = "reads_environment",
        DescribesField = "describes_field",
        ChangesSchema = "changes_schema",
        Migrates = "migrates",
        LeavesTransaction = "leaves_transaction",
        Traces = "traces",
        Logs = "logs",
        RootLogger = "root_logger",
        Prints = "prints",
        FormatsTraceback = "formats_traceback",
        Wraps = "wraps",
        MarksRoute = "marks_route",
        AsCompleted = "as_completed",
        MarksTool = "marks_tool",
        ListensToEvents = "listens_to_events",
        ListensToClicks = "listens_to_clicks",
        MountsRouter = "mounts_router",
        AddsMiddleware = "adds_middleware",
        HandlesException = "handles_exception",
        GivesContext = "gives_context",
        DeletesThread = "deletes_thread",
        ConfiguresLogging = "configures_logging",
        HoldsSecrets = "holds_secrets",
        Responds = "responds",
        Validates = "validates",
        Signs = "signs",
        KeepsConnection = "keeps_connection",
        NeverStops = "never_stops",
        CountsAttempts = "counts_attempts",
        Suppresses = "suppresses",
        RaisesFirst = "raises_first",
        ChangesProcess = "changes_process",
        ProcessWide = "process_wide",
        EndsProcess = "ends_process",
        RunsCode = "runs_code",
        HeldWeakly = "held_weakly",
        Retrieves = "retrieves",
        HandlesSignal = "handles_signal",
        WaitsForTraces = "waits_for_traces",
        RaisesForStatus = "raises_for_status",
        EndsConnection = "ends_connection",
        HidesFailure = "hides_failure",
        FallsBack = "falls_back",
        Ignored = "ignored",
    }
}

words! {
    /// After which failures a retry tries again.
    Repeats {
        Everything = "everything",
        Named = "named",
        Transient = "transient",
        Answers = "answers",
    }
}

words! {
    /// How long a retry waits between two attempts.
    Waits {
        Never = "never",
        Evenly = "evenly",
        Longer = "longer",
        Randomly = "randomly",
    }
}

words! {
    /// What the instances of a class are.
    ClassTag {
        AsyncSession = "async_session",
        SyncSession = "sync_session",
        SessionFactory = "session_factory",
        ThreadLocalSession = "thread_local_session",
        Engine = "engine",
        ConnectionPool = "connection_pool",
        PooledClient = "pooled_client",
        Semaphore = "semaphore",
        ThreadLock = "thread_lock",
        AsyncLock = "async_lock",
        RateLimiter = "rate_limiter",
        ChatModel = "chat_model",
        Embeddings = "embeddings",
        VectorStore = "vector_store",
        Retriever = "retriever",
        Runnable = "runnable",
        Graph = "graph",
        Checkpointer = "checkpointer",
        OneAtATime = "one_at_a_time",
        OneOperation = "one_operation",
        InMemory = "in_memory",
        SingleFile = "single_file",
        App = "app",
        Router = "router",
        Response = "response",
        HttpError = "http_error",
        OrmBase = "orm_base",
        DataModel = "data_model",
        SettingsModel = "settings_model",
        BackgroundTasks = "background_tasks",
        TaskGroup = "task_group",
        Executor = "executor",
        OwnProcess = "own_process",
        Queue = "queue",
        Cache = "cache",
        CountsInMemory = "counts_in_memory",
        Logger = "logger",
        NullPool = "null_pool",
        Upload = "upload",
        Request = "request",
        Path = "path",
        File = "file",
        Buffer = "buffer",
        Scheduler = "scheduler",
        Tracer = "tracer",
        Secret = "secret",
        Statement = "statement",
        Limits = "limits",
        InputError = "input_error",
        OperatorError = "operator_error",
        ConnectionError = "connection_error",
        AnyError = "any_error",
        StatusError = "status_error",
        AnswerError = "answer_error",
        ConflictError = "conflict_error",
        ConnectionLimits = "connection_limits",
        UnlimitedConnections = "unlimited_connections",
        UnlimitedWaiters = "unlimited_waiters",
        CrossOrigin = "cross_origin",
    }
}
